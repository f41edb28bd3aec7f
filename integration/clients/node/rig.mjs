// What the programs of this folder share. Each is called as
//
//   node <program>.mjs <master's name> <host:port> ...
//
// with the present leader last, prints "all is well" at its end, and fails with
// an exception. "@kill-leader" on a line of its own asks the test to kill the
// leader, which it answers with a line on standard input.
import assert from 'node:assert/strict'
import readline from 'node:readline'

export { assert }

export const [masterName, ...addrs] = process.argv.slice(2)

export const nodes = addrs.map((addr) => {
  const [host, port] = addr.split(':')
  return { host, port: Number(port) }
})

const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]()

export async function killLeader () {
  console.log('@kill-leader')
  const { value } = await lines.next()
  assert.equal(value, 'killed')
}

// Waits until check holds, at most for some seconds.
export async function eventually (what, check, seconds = 15) {
  const end = Date.now() + seconds * 1000
  while (!(await check())) {
    assert.ok(Date.now() < end, `${what}: not within ${seconds} s`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

// The first error that nobody listens for ends the program as a failure.
export async function main (...parts) {
  for (const part of parts) {
    console.log(`- ${part.name}`)
    await part()
  }
  console.log('all is well')
  process.exit(0)
}
