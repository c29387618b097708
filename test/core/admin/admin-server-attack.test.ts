// A neighbour pod at the admin port: connections that say nothing, or say it slowly, or do not read the answer; and questions.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { suite, test } from 'node:test'
import { AdminServer, EVERY_ADDRESS } from '../../../core/admin/admin-server.ts'
import { defined } from '../../../core/defined.ts'
import { createLogger } from '../../../core/process/logger.ts'
import { createRegistry } from '../../../core/process/metrics.ts'
import { Progress } from '../../../core/process/progress.ts'
import { systemClock } from '../../../core/time/clock.ts'
import type { Socket } from 'node:net'

const HELD = 200
const MAX_OPENED = 500
const PROBES = 15
const PROBE_LIMIT_MS = 10_000
const REASON = { code: 'PP_BUS_UNAVAILABLE', message: 'no broker answers at kafka-0.internal:9092 (10.1.2.3)' }

async function open (host?: string): Promise<AdminServer> {
  return await AdminServer.open({
    log: createLogger({ level: 'silent' }),
    progress: new Progress({ clock: systemClock }),
    registry: createRegistry('test'),
    notReady: () => REASON,
    status: () => ({ topic: 'internal.peers', publisher: { outage: { ...REASON, since: 'now' } } })
  }, { port: 0, ...defined({ host }) })
}

/** Holds {@link HELD} connections open, from one address, and makes another for each that the server ends. */
class Holder implements Disposable {
  readonly #port: number
  readonly #first: string
  readonly #from: string
  readonly #open = new Set<Socket>()
  #opened = 0

  constructor (port: number, first: string, from: string) {
    this.#port = port
    this.#first = first
    this.#from = from
  }

  async start (): Promise<void> {
    await Promise.all(Array.from({ length: HELD }, async () => {
      await once(this.#hold(), 'connect')
    }))
  }

  [Symbol.dispose] (): void {
    this.#opened = MAX_OPENED
    this.#open.forEach(socket => socket.destroy())
  }

  #hold (): Socket {
    this.#opened += 1
    const socket = connect({ host: '127.0.0.1', port: this.#port, localAddress: this.#from })
    this.#open.add(socket)
    socket.write(this.#first)
    socket.pause() // answers are not read
    socket.on('error', () => undefined) // the server ends it: that is the point
    socket.once('close', () => {
      this.#open.delete(socket)

      if (this.#opened < MAX_OPENED) {
        this.#hold()
      }
    })

    return socket
  }
}

async function probe (port: number): Promise<number> {
  try {
    return (await fetch(`http://127.0.0.1:${String(port)}/livez`, { signal: AbortSignal.timeout(PROBE_LIMIT_MS) })).status
  } catch {
    return 0 // the kubelet counts it as failed
  }
}

suite('a neighbour at the admin port', () => {
  for (const [what, first] of [
    ['idle connections', ''],
    ['headers that never end', 'GET /livez HTTP/1.1\r\nhost: x\r\nx-slow: '],
    ['bodies that never come', 'GET /metrics HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n']
  ] as const) {
    for (const from of ['127.0.0.9', '127.0.0.1']) {
      test(`keeps no probe out by ${what} from ${from === '127.0.0.1' ? 'the address of the probes' : 'an address of its own'}`, async () => {
        await using admin = await open()
        using holder = new Holder(admin.port, first, from)
        await holder.start()
        const codes: number[] = []

        for (let i = 0; i < PROBES; i++) {
          codes.push(await probe(admin.port))
        }

        assert.deepEqual(codes, Array.from({ length: PROBES }, () => 200))
      })
    }
  }

  test('learns nothing of servers and topics where the process listens beyond its machine', async () => {
    await using admin = await open(EVERY_ADDRESS)
    const ask = async (path: string): Promise<string> => await (await fetch(`http://127.0.0.1:${String(admin.port)}${path}`)).text()

    for (const path of ['/status', '/readyz', '/livez', '/anything', '/metrics']) {
      assert.doesNotMatch(await ask(path), /kafka-0|:9092|10\.1\.2\.3|internal/, path)
    }
    assert.match(await ask('/status'), /PP_BUS_UNAVAILABLE/)
    assert.match(await ask('/readyz'), /The message bus did not accept a request in time/)
  })

  test('people on this machine see everything', async () => {
    await using admin = await open()
    const ask = async (path: string): Promise<string> => await (await fetch(`http://127.0.0.1:${String(admin.port)}${path}`)).text()

    assert.match(await ask('/status'), /internal\.peers.*kafka-0\.internal:9092/)
    assert.equal(await ask('/readyz'), `${REASON.message}\n`)
  })
})
