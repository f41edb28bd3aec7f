import { createClient, createCluster, createSentinel } from 'redis'
import { addrs, assert, eventually, killLeader, main, masterName, nodes } from './rig.mjs'

const url = (i) => `redis://${addrs[i]}`
const quiet = (client) => client.on('error', () => {}) // a lost connection is made again

async function plain () {
  // doc: node-redis
  const client = await createClient({ url: `redis://${addrs[0]}` }).connect()
  await client.set('nr:greeting', 'hello', { expiration: { type: 'EX', value: 60 } })
  console.log(await client.get('nr:greeting'))
  // end
  const other = await createClient({ url: url(1) }).connect()
  assert.equal(await other.get('nr:greeting'), 'hello')
  assert.deepEqual(await client.multi().incr('nr:n').incr('nr:n').get('nr:n').exec(), [1, 2, '2'])

  await client.watch('nr:n')
  await other.incr('nr:n')
  await assert.rejects(client.multi().set('nr:n', 'mine').exec(), /WATCH|watched/i)
  assert.equal(await client.get('nr:n'), '3')

  assert.equal(await client.eval("return redis.call('incrby', KEYS[1], ARGV[1])", { keys: ['nr:n'], arguments: ['39'] }), 42)
  await client.hSet('nr:hash', { a: '1', b: '2' })
  assert.deepEqual({ ...(await other.hGetAll('nr:hash')) }, { a: '1', b: '2' })
  await client.zAdd('nr:zset', [{ score: 1, value: 'one' }, { score: 2, value: 'two' }])
  assert.deepEqual((await other.zRangeWithScores('nr:zset', 0, -1)).map(({ value, score }) => [value, score]), [['one', 1], ['two', 2]])

  const waiting = client.blPop('nr:queue', 10)
  await other.rPush('nr:queue', 'task')
  assert.deepEqual({ ...(await waiting) }, { key: 'nr:queue', element: 'task' })

  const found = []
  for (let i = 0; i < 200; i++) await client.set(`nr:scan:${i}`, 'x')
  for await (const keys of other.scanIterator({ MATCH: 'nr:scan:*', COUNT: 20 })) found.push(...[keys].flat())
  assert.equal(new Set(found).size, 200)
  client.destroy()
  other.destroy()
}

async function pubsub () {
  const subscriber = await createClient({ url: url(0) }).connect()
  const publisher = await createClient({ url: url(2) }).connect()
  const seen = []
  await subscriber.subscribe('nr:news', (message, channel) => seen.push(`${channel} ${message}`))
  await subscriber.pSubscribe('nr:new?', (message, channel) => seen.push(`pattern ${channel} ${message}`))
  await subscriber.sSubscribe('nr:shard', (message, channel) => seen.push(`${channel} ${message}`))
  assert.equal(await publisher.publish('nr:news', 'hello'), 2)
  assert.equal(await publisher.sPublish('nr:shard', 'hello'), 1)
  await eventually('three messages', () => seen.length === 3)
  assert.deepEqual(seen.sort(), ['nr:news hello', 'nr:shard hello', 'pattern nr:news hello'])
  subscriber.destroy()
  publisher.destroy()
}

async function clientSideCaching () {
  const cached = await createClient({ url: url(0), RESP: 3, clientSideCache: { ttl: 0, maxEntries: 0 } }).connect()
  const other = await createClient({ url: url(1) }).connect()
  for (let i = 0; i < 50; i++) {
    await other.set('nr:cached', String(i))
    await eventually('the invalidation', async () => (await cached.get('nr:cached')) === String(i))
  }
  cached.destroy()
  other.destroy()
}

async function sentinel () {
  // doc: node-redis-sentinel
  const client = await createSentinel({ name: masterName, sentinelRootNodes: nodes, replicaPoolSize: 1 }).connect()
  await client.set('nr:sentinel', 'written')
  console.log(await client.get('nr:sentinel')) // from a replica: always "written"
  // end
  for (let i = 0; i < 100; i++) {
    await client.set('nr:sentinel', String(i))
    assert.equal(await client.get('nr:sentinel'), String(i))
  }
  client.destroy()
}

async function cluster () {
  // doc: node-redis-cluster
  const client = await createCluster({ rootNodes: addrs.map((addr) => ({ url: `redis://${addr}` })) }).connect()
  await client.set('nr:cluster', 'hello')
  console.log(await client.get('nr:cluster'))
  // end
  await Promise.all(Array.from({ length: 300 }, (_, i) => client.set(`nr:c:${i}`, String(i))))
  const got = await Promise.all(Array.from({ length: 300 }, (_, i) => client.get(`nr:c:${i}`)))
  got.forEach((value, i) => assert.equal(value, String(i)))
  client.destroy()
}

async function failover () {
  const clients = {
    plain: await quiet(createClient({ url: url(0) })).connect(),
    sentinel: await quiet(createSentinel({ name: masterName, sentinelRootNodes: nodes })).connect(),
    cluster: await quiet(createCluster({ rootNodes: addrs.map((addr) => ({ url: `redis://${addr}` })) })).connect()
  }
  let stop = false
  const acknowledged = []
  const errors = []
  const count = {}
  const work = Object.entries(clients).map(async ([kind, client]) => {
    count[kind] = 0
    for (let i = 0; !stop; i++) {
      const key = `nr:failover:${kind}:${i}`
      try {
        await client.set(key, String(i))
        acknowledged.push([key, String(i)])
        count[kind]++
      } catch (error) {
        errors.push(`${kind}: ${error.message}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
  })
  await eventually('some writes', () => Object.values(count).every((n) => n > 30))
  await killLeader()
  const before = { ...count }
  await eventually('writes of every kind after the leader was killed', () => Object.keys(count).every((kind) => count[kind] > before[kind] + 30), 40)
  stop = true
  await Promise.all(work)
  assert.deepEqual(errors.filter((text) => text.startsWith('plain')), [])
  const values = await clients.plain.mGet(acknowledged.map(([key]) => key))
  acknowledged.forEach(([key, value], i) => assert.equal(values[i], value, key))
  Object.values(clients).forEach((client) => client.destroy())
}

await main(plain, pubsub, clientSideCaching, sentinel, cluster, failover)
