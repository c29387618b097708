// A process of its own, so that the flood does not take turns with the server that it floods: connections in parallel, each
// with one request, and another for each that ends. Its parent asks how many were made, and ends it.
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
