import Redis from 'ioredis'
import { addrs, assert, eventually, killLeader, main, masterName, nodes } from './rig.mjs'

async function plain () {
  // doc: ioredis
  const redis = new Redis({ host: nodes[0].host, port: nodes[0].port })
  await redis.set('io:greeting', 'hello', 'EX', 60)
  console.log(await redis.get('io:greeting'))
  // end
  const other = new Redis(nodes[1])
  assert.equal(await other.get('io:greeting'), 'hello')

  const [[, one], [, two]] = await other.pipeline().incr('io:n').incr('io:n').exec()
  assert.deepEqual([one, two], [1, 2])
  assert.deepEqual(await redis.multi().incr('io:n').get('io:n').exec(), [[null, 3], [null, '3']])

  await redis.watch('io:n')
  await other.incr('io:n')
  assert.equal(await redis.multi().set('io:n', 'mine').exec(), null)
  assert.equal(await redis.get('io:n'), '4')

  redis.defineCommand('compareAndDelete', {
    numberOfKeys: 1,
    lua: "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end"
  })
  assert.equal(await redis.compareAndDelete('io:n', '3'), 0)
  assert.equal(await redis.compareAndDelete('io:n', '4'), 1)

  const waiter = redis.blpop('io:queue', 10)
  await other.rpush('io:queue', 'task')
  assert.deepEqual(await waiter, ['io:queue', 'task'])

  const id = await redis.xadd('io:stream', '*', 'field', 'value')
  const [[, [[got, fields]]]] = await other.xread('COUNT', 10, 'STREAMS', 'io:stream', '0')
  assert.equal(got, id)
  assert.deepEqual(fields, ['field', 'value'])

  const found = []
  await Promise.all(Array.from({ length: 500 }, (_, i) => redis.set(`io:scan:${i}`, i)))
  for await (const keys of other.scanStream({ match: 'io:scan:*', count: 50 })) found.push(...keys)
  assert.equal(new Set(found).size, 500)
  redis.disconnect()
  other.disconnect()
}

async function pubsub () {
  const subscriber = new Redis(nodes[0])
  const publisher = new Redis(nodes[2])
  const seen = []
  subscriber.on('message', (channel, message) => seen.push(`${channel} ${message}`))
  subscriber.on('pmessage', (pattern, channel, message) => seen.push(`${pattern} ${channel} ${message}`))
  await subscriber.subscribe('io:news')
  await subscriber.psubscribe('io:new?')
  assert.equal(await publisher.publish('io:news', 'hello'), 2)
  await eventually('two messages', () => seen.length === 2)
  assert.deepEqual(seen.sort(), ['io:new? io:news hello', 'io:news hello'])
  subscriber.disconnect()
  publisher.disconnect()
}

async function sentinel () {
  // doc: ioredis-sentinel
  const sentinels = addrs.map((addr) => ({ host: addr.split(':')[0], port: Number(addr.split(':')[1]) }))
  const master = new Redis({ sentinels, name: masterName })
  const replica = new Redis({ sentinels, name: masterName, role: 'slave' })
  await master.set('io:sentinel', 'written')
  console.log(await replica.get('io:sentinel')) // always "written"
  // end
  for (let i = 0; i < 100; i++) {
    await master.set('io:sentinel', i)
    assert.equal(await replica.get('io:sentinel'), String(i))
  }
  assert.equal((await master.role())[0], 'master')
  assert.equal((await replica.role())[0], 'slave')
  master.disconnect()
  replica.disconnect()
}

async function cluster () {
  // doc: ioredis-cluster
  const redis = new Redis.Cluster(nodes)
  await redis.set('io:cluster', 'hello')
  console.log(await redis.get('io:cluster'))
  // end
  await Promise.all(Array.from({ length: 300 }, (_, i) => redis.set(`io:c:${i}`, i)))
  const got = await Promise.all(Array.from({ length: 300 }, (_, i) => redis.get(`io:c:${i}`)))
  got.forEach((value, i) => assert.equal(value, String(i)))
  redis.disconnect()
}

// A plain client of a node that lives on sees a pause; the others find the new
// master; and nothing that was acknowledged is lost.
async function failover () {
  const clients = {
    plain: new Redis(nodes[0]),
    sentinel: new Redis({ sentinels: nodes, name: masterName }),
    cluster: new Redis.Cluster(nodes)
  }
  let stop = false
  const acknowledged = []
  const errors = []
  const work = Object.entries(clients).map(async ([kind, redis]) => {
    for (let i = 0; !stop; i++) {
      const key = `io:failover:${kind}:${i}`
      try {
        await redis.set(key, i)
        acknowledged.push([key, String(i)])
      } catch (error) {
        errors.push(`${kind}: ${error.message}`)
      }
    }
  })
  await eventually('some writes', () => acknowledged.length > 100)
  await killLeader()
  const before = acknowledged.length
  await eventually('writes after the leader was killed', () => acknowledged.length > before + 100, 40)
  stop = true
  await Promise.all(work)
  assert.deepEqual(errors.filter((text) => text.startsWith('plain')), [])
  const values = await clients.plain.mget(...acknowledged.map(([key]) => key))
  acknowledged.forEach(([key, value], i) => assert.equal(values[i], value, key))
  Object.values(clients).forEach((redis) => redis.disconnect())
}

await main(plain, pubsub, sentinel, cluster, failover)
