import assert from 'node:assert/strict'
import { getEventListeners, once } from 'node:events'
import { suite, test } from 'node:test'
import { systemClock } from '../../../core/time/clock.ts'
import { tcpCarrier } from '../../../crawler/client/carrier/tcp-carrier.ts'
import { NoiseLink } from '../../../crawler/client/noise-link.ts'
import { isFault } from '../../support/client/expect-fault.ts'
import { HOST } from '../../support/client/memory-wire.ts'
import { ScriptedServer } from '../../support/client/scripted-server.ts'
import { createTestKey } from '../../support/client/test-keys.ts'
import { until } from '../../support/until.ts'

const KEY = createTestKey()

function startLink (port: number, ip = '127.0.0.1'): NoiseLink {
  return NoiseLink.start({ clock: systemClock, host: HOST }, { peerId: KEY.id, isOptimistic: true }, { open: tcpCarrier({ ip, port }) })
}

const never = (): AbortSignal => new AbortController().signal

suite('NoiseLink', () => {
  test('is secured over a socket, measures its round trips, and closes by a reset', async () => {
    await using server = await ScriptedServer.play({ key: KEY })
    const link = startLink(server.port)
    await link.secured(never())
    assert.ok((link.latency?.ms ?? -1) > 0)

    const [socket] = server.sockets
    assert.ok(socket !== undefined)
    const failed = once(socket, 'error')
    link[Symbol.dispose]()
    const [err] = await failed as [NodeJS.ErrnoException]
    assert.equal(err.code, 'ECONNRESET')
  })

  test('reaches IPv6 addresses', async () => {
    await using server = await ScriptedServer.play({ key: KEY }, '::1')
    using link = startLink(server.port, '::1')
    await link.secured(never())

    assert.equal(link.isConnected, true)
  })

  test('is refused at a closed port', async () => {
    const server = await ScriptedServer.play({ key: KEY })
    await server[Symbol.asyncDispose]()
    const link = startLink(server.port)

    await assert.rejects(link.secured(never()), isFault('refused'))
    assert.equal(link.isConnected, false)
  })

  test('rejects with the reason of the signal, and leaves neither socket nor listener', async () => {
    await using server = await ScriptedServer.open(() => undefined)
    const controller = new AbortController()
    const link = startLink(server.port)
    const securing = link.secured(controller.signal)
    await until('the server accepts', () => server.sockets.length === 1)
    controller.abort(new RangeError('enough'))

    await assert.rejects(securing, RangeError)
    await until('the socket is gone', () => server.openSockets === 0)
    assert.deepEqual(getEventListeners(controller.signal, 'abort'), [])
  })

  test('rejects before it connects if the signal has already aborted', async () => {
    const link = startLink(9)

    await assert.rejects(link.secured(AbortSignal.abort(new RangeError('enough'))), RangeError)
  })

  test('is reset when the remote closes before it is secured', async () => {
    await using server = await ScriptedServer.open(socket => socket.end())

    await assert.rejects(startLink(server.port).secured(never()), isFault('reset'))
  })

  test('reports once that the remote closed a secured link, and nothing after it was disposed of', async () => {
    await using server = await ScriptedServer.play({ key: KEY })
    const [closed, given] = [startLink(server.port), startLink(server.port)]
    await Promise.all([closed.secured(never()), given.secured(never())])
    const faults: Error[] = []
    closed.onClosed = fault => faults.push(fault)
    given.onClosed = () => assert.fail('a disposed link must not report anything')
    given[Symbol.dispose]()
    server.sockets.forEach(socket => socket.destroy())
    await until('the close is reported', () => faults.length > 0)

    assert.ok(faults.every(isFault('reset')))
    assert.equal(faults.length, 1)
  })
})
