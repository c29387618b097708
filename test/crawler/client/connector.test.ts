import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { suite, test } from 'node:test'
import { systemClock } from '../../../core/time/clock.ts'
import { Connector } from '../../../crawler/client/connector.ts'
import { HEADER, REFUSAL } from '../../../crawler/client/stream/multistream.ts'
import { HostKey } from '../../../crawler/peer/host-key.ts'
import { concatBytes } from '../../../crawler/wire/bytes.ts'
import { isFault } from '../../support/client/expect-fault.ts'
import { HOST } from '../../support/client/memory-wire.ts'
import { ScriptedServer } from '../../support/client/scripted-server.ts'
import { createTestKey } from '../../support/client/test-keys.ts'
import { openTlsServer } from '../../support/servers/tls-server.ts'
import { until } from '../../support/until.ts'
import type { DirectRoute } from '../../../crawler/client/route.ts'

const KEY = createTestKey()
const { signal } = new AbortController()
const connector = new Connector({ clock: systemClock, key: HostKey.generate(), host: HOST })
const routeTo = (port: number): DirectRoute => ({ transport: 'tcp', ip: '127.0.0.1', port, isSecure: false, name: undefined })

suite('Connector', () => {
  test('secures by Noise, and by TLS if a remote refuses Noise', async () => {
    await using both = await ScriptedServer.play({ key: KEY })
    await using tlsOnly = await openTlsServer({ key: KEY })
    const links = await Promise.all([both, tlsOnly].map(async ({ port }) => await connector.connect(routeTo(port), KEY.id, signal)))
    links.forEach(({ link }) => {
      link[Symbol.dispose]()
    })

    assert.deepEqual(links.map(({ link, isLimited }) => [link.security, isLimited]), [['/noise', false], ['/tls/1.0.0', false]])
    assert.deepEqual([both.sockets.length, tlsOnly.sockets.length > 1], [1, true])
    await until('the sockets are gone', () => both.openSockets + tlsOnly.openSockets === 0)
  })

  test('tries TLS first with a peer that accepted only TLS, and Noise if TLS fails', async () => {
    const ownConnector = new Connector({ clock: systemClock, key: HostKey.generate(), host: HOST })
    const securityAt = async ({ port }: { port: number }): Promise<string> => {
      using link = (await ownConnector.connect(routeTo(port), KEY.id, signal)).link

      return link.security
    }
    await using tlsOnly = await openTlsServer({ key: KEY })
    assert.equal(await securityAt(tlsOnly), '/tls/1.0.0')
    const before = tlsOnly.sockets.length
    assert.equal(await securityAt(tlsOnly), '/tls/1.0.0')
    assert.equal(tlsOnly.sockets.length, before + 1)

    await using noiseOnly = await ScriptedServer.play({ key: KEY })
    assert.equal(await securityAt(noiseOnly), '/noise')
    const asked = noiseOnly.sockets.length
    assert.ok(asked > 1)
    assert.equal(await securityAt(noiseOnly), '/noise')
    assert.equal(noiseOnly.sockets.length, asked + 1)
    await until('the sockets are gone', () => tlsOnly.openSockets + noiseOnly.openSockets === 0)
  })

  test('does not try TLS after a fault that is not a refusal', async () => {
    await using server = await ScriptedServer.open((socket) => {
      socket.once('data', () => socket.write('garbage that is no protocol at all'))
    })
    await assert.rejects(connector.connect(routeTo(server.port), KEY.id, signal), isFault('protocol-error'))

    assert.equal(server.sockets.length, 1)
  })

  test('stops between two attempts when the signal aborts, and leaves neither socket nor listener', async () => {
    const controller = new AbortController()
    await using server = await ScriptedServer.open((socket, count) => {
      socket.once('data', () => {
        socket.write(count === 1 ? concatBytes([HEADER, REFUSAL]) : HEADER)
        if (count === 2) {
          controller.abort(new RangeError('enough'))
        }
      })
    })
    await assert.rejects(connector.connect(routeTo(server.port), KEY.id, controller.signal), RangeError)
    await until('the sockets are gone', () => server.openSockets === 0)

    assert.deepEqual(getEventListeners(controller.signal, 'abort'), [])
  })
})
