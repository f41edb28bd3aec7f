import { FlowProducer, Queue, QueueEvents, Worker } from 'bullmq'
import { assert, eventually, killLeader, main, nodes } from './rig.mjs'

const connection = { host: nodes[0].host, port: nodes[0].port, maxRetriesPerRequest: null }

async function quickstart () {
  // doc: bullmq
  const queue = new Queue('mails', { connection })
  const worker = new Worker('mails', async (job) => `sent to ${job.data.to}`, { connection })
  const done = new Promise((resolve) => worker.once('completed', (job, result) => resolve(result)))
  await queue.add('welcome', { to: 'ann@example.com' })
  console.log(await done)
  // end
  assert.equal(await done, 'sent to ann@example.com')
  await worker.close()
  await queue.close()
}

// 1,000 jobs with retries, delays and priorities; the leader is killed in the
// middle. Every job is completed, those that fail at first by their retry.
async function thousandJobs () {
  const queue = new Queue('jobs', { connection, defaultJobOptions: { attempts: 5, backoff: { type: 'fixed', delay: 20 } } })
  const completed = new Map()
  let retried = 0
  const handle = async (job) => {
    if (job.data.i % 10 === 0 && job.attemptsMade === 0) {
      retried++
      throw new Error('not yet')
    }
    return job.data.i
  }
  const workers = nodes.slice(0, 2).map(({ host, port }) => new Worker('jobs', handle, { connection: { ...connection, host, port }, concurrency: 20 }))
  for (const worker of workers) {
    worker.on('completed', (job, result) => completed.set(result, (completed.get(result) ?? 0) + 1))
    worker.on('error', () => {})
  }
  const options = (i) => ({ delay: i % 7 === 0 ? 50 : undefined, priority: i % 3 === 0 ? (i % 5) + 1 : undefined })
  const jobs = Array.from({ length: 1000 }, (_, i) => ({ name: 'job', data: { i }, opts: options(i) }))
  await queue.addBulk(jobs.slice(0, 500))
  await killLeader()
  await queue.addBulk(jobs.slice(500))
  await eventually('1,000 jobs', () => completed.size === 1000, 60)
  assert.ok(retried >= 100, `${retried} retries`)
  assert.deepEqual(await queue.getJobCounts('waiting', 'active', 'delayed', 'failed'), { waiting: 0, active: 0, delayed: 0, failed: 0 })
  await Promise.all(workers.map((worker) => worker.close()))
  await queue.close()
}

// A parent runs when its children have, and sees what they returned.
async function flow () {
  const events = new QueueEvents('parents', { connection })
  const child = new Worker('children', async (job) => job.data.n * 2, { connection, concurrency: 5 })
  const parent = new Worker('parents', async (job) => Object.values(await job.getChildrenValues()).reduce((a, b) => a + b, 0), { connection })
  const producer = new FlowProducer({ connection })
  await events.waitUntilReady()
  const tree = await producer.add({
    name: 'sum', queueName: 'parents', children: [1, 2, 3, 4, 5].map((n) => ({ name: 'double', queueName: 'children', data: { n } }))
  })
  assert.equal(await tree.job.waitUntilFinished(events, 20000), 30)
  await Promise.all([child, parent, producer, events].map((part) => part.close()))
}

await main(quickstart, flow, thousandJobs)
