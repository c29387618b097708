import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { systemClock } from '../../../core/time/clock.ts'
import { tcpCarrier } from '../../../crawler/client/carrier/tcp-carrier.ts'
import { SecuredLink } from '../../../crawler/client/secured-link.ts'
import { peerFault } from '../../../crawler/peer/peer-fault.ts'
import { isFault } from '../../support/client/expect-fault.ts'
import { ScriptedServer } from '../../support/client/scripted-server.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { until } from '../../support/until.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { Carrier } from '../../../crawler/client/carrier/carrier.ts'

/** A minimal security protocol: a remote that sends `yes` has proved its identity, one that sends `no` has not, and all later bytes are read. */
class WordLink extends SecuredLink {
  readonly security = '/word'
  readonly streams = {
    open: () => assert.fail('has no streams'),
    ping: (onPong: () => void) => {
      this.#onPong = onPong
      this.say('ping')
    }
  }

  readonly remoteKey = undefined
  readonly heard: string[] = []
  readonly writes: string[] = []
  isStopped = false
  readonly #carrier: Carrier
  #waiting: string[] = []
  #onPong: (() => void) | undefined

  constructor (port: number, clock: Clock = systemClock, isConnectTimed = true) {
    super(clock, isConnectTimed)
    this.#carrier = tcpCarrier({ ip: '127.0.0.1', port })(this.carried)
  }

  say (word: string): void {
    this.#waiting.push(word)
    this.waiting()
  }

  protected start (): void {
    this.#waiting.push('hello')
  }

  protected write (): void {
    this.writes.push(this.#waiting.join())
    this.#carrier.write(Buffer.from(this.#waiting.join()))
    this.#waiting = []
  }

  protected drop (): void {
    this.isStopped = true
    this.#carrier.drop()
  }

  protected read (bytes: Uint8Array): void {
    const word = Buffer.from(bytes).toString()

    if (word === 'no') {
      throw peerFault('handshake-failed', 'it says no')
    }
    if (word === 'pong') {
      this.#onPong?.()
    } else if (this.isSecured) {
      this.heard.push(word)
    } else {
      this.shaken()
    }
  }
}

const { signal } = new AbortController()

suite('SecuredLink', () => {
  test('sends the first bytes at once, and later bytes together in one write', async () => {
    await using server = await ScriptedServer.open((socket) => {
      socket.once('data', () => socket.write('yes'))
    })
    using link = new WordLink(server.port)
    await link.secured(signal)
    link.say('a')
    link.say('b')
    await until('it is written', () => link.writes.length === 2)

    assert.deepEqual(link.writes, ['hello', 'a,b'])
  })

  test('measures its round trips by the given clock', async () => {
    const clock = new FakeClock()
    await using server = await ScriptedServer.open((socket) => {
      socket.once('data', () => {
        void clock.advance(30).then(() => socket.write('yes'))
      })
    })
    using link = new WordLink(server.port, clock)
    assert.equal(link.latency, undefined)
    await link.secured(signal)
    link.say('a question')
    await until('it is asked', () => link.writes.length === 2)
    await clock.advance(7)

    assert.deepEqual([link.latency, link.sinceAsked(), link.isConnected], [{ ms: 0, errorMs: 0 }, { ms: 7, errorMs: 0 }, true])

    using relayed = new WordLink(server.port, clock, false)
    await relayed.secured(signal)
    assert.equal(relayed.latency?.ms, 30, 'a carrier that stands already took no round trip')
  })

  test('measures a ping from its sending to the answer, and ends it with the link', async () => {
    const clock = new FakeClock()
    await using server = await ScriptedServer.open((socket) => {
      socket.once('data', () => {
        socket.write('yes')
        socket.once('data', () => {
          void clock.advance(9).then(() => socket.write('pong'))
        })
      })
    })
    const link = new WordLink(server.port, clock)
    await link.secured(signal)
    assert.deepEqual(await link.ping(), { ms: 9, errorMs: 0 })
    const late = link.ping()
    link[Symbol.dispose]()

    assert.deepEqual([await late, await link.ping()], [undefined, undefined])
  })

  test('ends if the remote breaks the protocol, before and after it is secured, and reads no more', async () => {
    await using server = await ScriptedServer.open((socket, count) => {
      socket.once('data', () => socket.write(count === 1 ? 'no' : 'yes', () => count === 2 && socket.once('data', () => socket.write('no'))))
    })
    const refused = new WordLink(server.port)
    await assert.rejects(refused.secured(signal), isFault('handshake-failed'))
    assert.equal(refused.isStopped, true)

    const faults: Error[] = []
    const later = new WordLink(server.port)
    later.onClosed = fault => faults.push(fault)
    await later.secured(signal)
    later.say('and now?')
    await until('the fault is reported', () => faults.length > 0)
    assert.ok(isFault('handshake-failed')(faults[0]))
    assert.deepEqual([faults.length, later.heard], [1, []])
    await until('both are gone', () => server.openSockets === 0)
  })
})
