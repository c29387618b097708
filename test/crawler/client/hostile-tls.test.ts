// A remote or a man in the middle may change any byte of a TLS handshake: this ends the link, never the process.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { systemClock } from '../../../core/time/clock.ts'
import { TlsLink } from '../../../crawler/client/tls-link.ts'
import { createTlsContext } from '../../../crawler/client/tls/tls-certificate.ts'
import { HostKey } from '../../../crawler/peer/host-key.ts'
import { outcomeOfFault } from '../../../crawler/peer/peer-fault.ts'
import { ScriptedServer } from '../../support/client/scripted-server.ts'
import { createTestKey } from '../../support/client/test-keys.ts'
import { openTlsServer } from '../../support/servers/tls-server.ts'
import { until } from '../../support/until.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { Socket } from 'node:net'

const KEY = createTestKey()
const context = createTlsContext(HostKey.generate(), Date.now())
const ALLOWED: (Outcome | undefined)[] = [undefined, 'reset', 'handshake-failed', 'protocol-error', 'security-unsupported', 'timeout']

// The server's part of a handshake has about 1,000 bytes.
const POSITIONS = Array.from({ length: 70 }, (_, i) => i * 17)

type Meddle = (bytes: Buffer, from: number, client: Socket) => void

suite('a manipulated TLS handshake', () => {
  const stack = new AsyncDisposableStack()
  let server: ScriptedServer

  before(async () => {
    server = stack.use(await openTlsServer({ key: KEY }))
  })
  after(async () => {
    await stack.disposeAsync()
  })

  /** The outcome of a link through a proxy that manipulates the remote's bytes; undefined if it was secured. */
  async function linkThrough (meddle: Meddle, signal: AbortSignal): Promise<Outcome | undefined> {
    await using proxy = await ScriptedServer.open((client) => {
      let from = 0
      const upstream = connect(server.port, '127.0.0.1')
      const leave = (): void => {
        upstream.destroy()
      }
      upstream.on('error', () => client.destroy())
      upstream.on('close', () => client.end())
      upstream.on('data', (bytes: Buffer) => {
        meddle(bytes, from, client)
        from += bytes.length
      })
      client.on('close', leave)
      client.on('data', bytes => upstream.write(bytes))
    })
    const link = TlsLink.start({ clock: systemClock, context, identifyReply: Buffer.from('us') }, { ip: '127.0.0.1', port: proxy.port, peerId: KEY.id })

    try {
      await link.secured(signal)
      return undefined
    } catch (err) {
      return outcomeOfFault(err) ?? (signal.aborted ? 'timeout' : assert.fail(String(err)))
    } finally {
      link[Symbol.dispose]()
      await until('the link is gone', () => proxy.openSockets === 0)
    }
  }

  const meddlers: Record<string, (position: number) => Meddle> = {
    'cut off': position => (bytes, from, client) => {
      client.write(bytes.subarray(0, Math.max(0, position - from)), () => {
        if (from + bytes.length > position) {
          client.destroy()
        }
      })
    },
    'reset': position => (bytes, from, client) => {
      if (from + bytes.length > position) {
        client.resetAndDestroy()
      } else {
        client.write(bytes)
      }
    },
    'flipped in a bit': position => (bytes, from, client) => {
      const at = position - from

      if (at >= 0 && at < bytes.length) {
        bytes[at] = (bytes[at] ?? 0) ^ 1 << position % 8
      }
      client.write(bytes)
    },
    'said twice': position => (bytes, from, client) => {
      client.write(from <= position && position < from + bytes.length ? Buffer.concat([bytes, bytes]) : bytes)
    }
  }

  for (const [what, meddler] of Object.entries(meddlers)) {
    test(`${what}, at every position: the link fails or is secured, and nothing is left`, async () => {
      const seen = new Set<Outcome | undefined>()

      for (const position of POSITIONS) {
        const outcome = await linkThrough(meddler(position), AbortSignal.timeout(300))
        assert.ok(ALLOWED.includes(outcome), `at ${String(position)}: ${String(outcome)}`)
        seen.add(outcome)
      }

      assert.ok(seen.size > 1 && [...seen].some(outcome => outcome !== undefined), [...seen].join())
    })
  }

  test('aborted by us at any moment leaves nothing', async () => {
    const outcomes = new Set<Outcome | undefined>()

    for (let i = 0; i < 150; i++) {
      const controller = new AbortController()
      const timer = setTimeout(() => {
        controller.abort(new RangeError('enough'))
      }, i % 10)
      outcomes.add(await linkThrough((bytes, _, client) => client.write(bytes), controller.signal))
      clearTimeout(timer)
    }

    assert.ok(outcomes.has('timeout'), [...outcomes].join())
  })
})
