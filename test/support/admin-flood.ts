// A separate process, so that the flood does not share an event loop with the flooded server: parallel connections with one
// request each, and a new connection for each that ends. The parent asks for the number of connections and ends the
// process.
import { connect } from 'node:net'
import process from 'node:process'

const AT_ONCE = 150
const MOST = 50_000

const [port = '', path = '', from = '', reads = ''] = process.argv.slice(2)
let begun = 0
let made = 0

function ask (): void {
  begun += 1
  const socket = connect({ host: '127.0.0.1', port: Number(port), localAddress: from })
  socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`)

  if (reads === 'reads') {
    socket.resume()
  } else {
    socket.pause()
  }
  socket.on('error', () => undefined) // the server ends it
  socket.once('connect', () => {
    made += 1
  })
  socket.once('close', () => {
    if (begun < MOST) {
      ask()
    }
  })
}

process.on('message', () => process.send?.(made))
process.on('disconnect', () => {
  process.exit()
})

for (let i = 0; i < AT_ONCE; i++) {
  ask()
}
