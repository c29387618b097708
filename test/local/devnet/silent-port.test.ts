import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { suite, test } from 'node:test'
import { SilentPort } from '../../../local/devnet/silent-port.ts'
import { tryPort } from './ports.ts'

suite('SilentPort', () => {
  test('accepts, reads what it is sent and answers nothing until it is closed', async () => {
    const silent = await SilentPort.open(AbortSignal.timeout(10_000))
    const { port } = silent
    const socket = connect({ host: '127.0.0.1', port })
    const received: Buffer[] = []
    socket.on('data', (chunk: Buffer) => received.push(chunk))
    await once(socket, 'connect')
    await new Promise(resolve => socket.write(Buffer.alloc(100_000), resolve))

    assert.equal(await tryPort(port), 'connected')
    const closed = once(socket, 'close')
    await silent[Symbol.asyncDispose]()
    await closed

    assert.deepEqual(received, [])
    assert.equal(await tryPort(port), 'refused')
  })
})
