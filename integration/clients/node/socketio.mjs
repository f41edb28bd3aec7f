import { createServer } from 'node:http'
import { createAdapter } from '@socket.io/redis-adapter'
import { createClient } from 'redis'
import { Server } from 'socket.io'
import { io as connect } from 'socket.io-client'
import { addrs, assert, eventually, main } from './rig.mjs'

async function server (addr) {
  // doc: socketio
  const pubClient = await createClient({ url: `redis://${addr}` }).connect()
  const subClient = await pubClient.duplicate().connect()
  const io = new Server({ adapter: createAdapter(pubClient, subClient) })
  // end
  const http = createServer()
  io.attach(http)
  await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve))
  return { io, url: `http://127.0.0.1:${http.address().port}` }
}

// Two Socket.IO servers on two nodes are one: rooms, broadcasts, and questions
// that every server must answer.
async function twoServersAreOne () {
  const servers = [await server(addrs[0]), await server(addrs[1])]
  const heard = [[], []]
  const clients = servers.map(({ url }, i) => {
    const socket = connect(url, { transports: ['websocket'] })
    socket.on('news', (text) => heard[i].push(text))
    return socket
  })
  await eventually('both clients', () => clients.every((socket) => socket.connected))
  servers[0].io.emit('news', 'to all')
  await eventually('the broadcast', () => heard.every((list) => list.includes('to all')))
  assert.equal((await servers[0].io.fetchSockets()).length, 2)

  await servers[0].io.in(clients[1].id).socketsJoin('room')
  await eventually('the room', async () => (await servers[0].io.in('room').fetchSockets()).length === 1)
  servers[0].io.to('room').emit('news', 'to the room')
  await eventually('the message to the room', () => heard[1].includes('to the room'))
  assert.ok(!heard[0].includes('to the room'))

  servers[1].io.on('question', (answer) => answer('yes'))
  assert.deepEqual(await servers[0].io.serverSideEmitWithAck('question'), ['yes'])
  clients.forEach((socket) => socket.close())
}

await main(twoServersAreOne)
