import Redis from 'ioredis'
import Redlock from 'redlock'
import { assert, main, nodes } from './rig.mjs'

async function mutualExclusion () {
  // doc: redlock
  const redlock = new Redlock([new Redis(nodes[0])], { retryCount: 200, retryDelay: 10 })
  const lock = await redlock.lock('locks:account', 5000)
  try {
    console.log('alone')
  } finally {
    await lock.unlock()
  }
  // end
  const clients = nodes.map((node) => new Redis(node))
  const locks = clients.map((client) => new Redlock([client], { retryCount: 1000, retryDelay: 5, retryJitter: 5 }))
  let inside = 0
  let entered = 0
  await Promise.all(Array.from({ length: 15 }, async (_, i) => {
    for (let turn = 0; turn < 5; turn++) {
      const held = await locks[i % locks.length].lock('locks:shared', 10000)
      assert.equal(++inside, 1)
      await clients[i % clients.length].incr('locks:entered')
      entered++
      inside--
      await held.unlock()
    }
  }))
  assert.equal(await clients[0].get('locks:entered'), String(entered))
}

async function extendAndRefuse () {
  const [a, b] = nodes.map((node) => new Redlock([new Redis(node)], { retryCount: 0 }))
  const lock = await a.lock(['locks:{x}:1', 'locks:{x}:2'], 1000)
  await assert.rejects(b.lock('locks:{x}:2', 1000), { name: 'LockError' })
  const extended = await lock.extend(5000)
  await extended.unlock()
  const next = await b.lock('locks:{x}:2', 1000)
  await next.unlock()
}

await main(mutualExclusion, extendAndRefuse)
