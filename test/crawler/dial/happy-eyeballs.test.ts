import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readAddress } from '../../../crawler/address/address-reader.ts'
import { DialLimits } from '../../../crawler/dial/dial-limits.ts'
import { dialFirst } from '../../../crawler/dial/happy-eyeballs.ts'
import { peerFault } from '../../../crawler/peer/peer-fault.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { Address } from '../../../crawler/address/address-reader.ts'
import type { RaceResult } from '../../../crawler/dial/happy-eyeballs.ts'

const OPTIONS = { dialTimeoutMs: 5_000, staggerMs: 250, maxParallel: 8 }

interface Connection extends Disposable { to: number }

/** Result of a dial: an outcome after some time, `up` for a connection, or none. */
type Script = readonly [afterMs: number, ending: Outcome | 'up'] | 'silent'

/** A network where the last byte of an address selects the result of a dial. */
class ScriptedNetwork {
  readonly clock = new FakeClock()
  readonly started: [host: number, atMs: number][] = []
  readonly aborted: number[] = []
  readonly disposed: number[] = []
  limits = new DialLimits({ maxDialsPerIP: 4, maxDialsPerSubnet: 32 })
  readonly scripts: readonly Script[]

  constructor (...scripts: readonly Script[]) {
    this.scripts = scripts
  }

  readonly dial = async (address: Address, signal: AbortSignal): Promise<Connection> => {
    const host = address.host[3] ?? 0
    const script = this.scripts[host] ?? 'silent'
    const { promise, resolve, reject } = Promise.withResolvers<Connection>()
    this.started.push([host, this.clock.monotonic()])
    signal.addEventListener('abort', () => {
      this.aborted.push(host)
      reject(signal.reason as Error)
    })

    if (script !== 'silent') {
      this.clock.after(script[0], () => {
        if (script[1] === 'up') {
          resolve({ to: host, [Symbol.dispose]: () => this.disposed.push(host) })
        } else {
          reject(peerFault(script[1], 'as scripted'))
        }
      })
    }

    return await promise
  }

  async race (groups: readonly (readonly number[])[], signal = new AbortController().signal, options = OPTIONS): Promise<RaceResult<Connection>> {
    return await this.clock.runUntil(dialFirst(groups.map(group => group.map(at)), this, options, signal))
  }
}

function at (host: number): Address {
  return readAddress(Uint8Array.of(4, 8, 8, 8, host, 6, 0, 1)) ?? assert.fail()
}

function summary ({ winner, failed }: RaceResult<Connection>): unknown {
  return [winner?.value.to, ...failed.map(({ address, outcome, durationMs }) => [address.host[3], outcome, durationMs])]
}

suite('dialFirst', () => {
  test('the first address that answers wins, with its own duration', async () => {
    const result = await new ScriptedNetwork([30, 'up']).race([[0]])

    assert.deepEqual(summary(result), [0])
    assert.equal(result.winner?.durationMs, 30)
    assert.equal(result.winner.address.port, 1)
  })

  test('the next address is dialled 250 ms after one that does not answer, and the loser is aborted without a record', async () => {
    const network = new ScriptedNetwork('silent', [100, 'up'])
    const result = await network.race([[0, 1]])

    assert.deepEqual(summary(result), [1])
    assert.deepEqual(network.started, [[0, 0], [1, 250]])
    assert.deepEqual(network.aborted, [0])
    assert.equal(result.winner?.durationMs, 100)
  })

  test('a failure starts the next address at once', async () => {
    const network = new ScriptedNetwork([10, 'refused'], [10, 'reset'], [10, 'up'])

    assert.deepEqual(summary(await network.race([[0, 1, 2]])), [2, [0, 'refused', 10], [1, 'reset', 10]])
    assert.deepEqual(network.started, [[0, 0], [1, 10], [2, 20]])
  })

  test('an address that answers after a later one was started still wins', async () => {
    const network = new ScriptedNetwork([300, 'up'], [300, 'up'])

    assert.deepEqual(summary(await network.race([[0, 1]])), [0])
    assert.deepEqual(network.aborted, [1])
  })

  test('a silent address fails with timeout at its own limit', async () => {
    assert.deepEqual(summary(await new ScriptedNetwork('silent', 'silent').race([[0, 1]])), [undefined, [0, 'timeout', 5_000], [1, 'timeout', 5_000]])
  })

  test('groups are dialled in parallel', async () => {
    const network = new ScriptedNetwork('silent', 'silent', [20, 'up'])

    assert.deepEqual(summary(await network.race([[0, 1], [2]])), [2])
    assert.deepEqual(network.started, [[0, 0], [2, 0]])
  })

  test('no more dials run in parallel than allowed, and the end of one starts the next, of any group', async () => {
    const network = new ScriptedNetwork('silent', 'silent', [10, 'up'])
    const result = await network.race([[0, 1], [2]], undefined, { ...OPTIONS, maxParallel: 1 })

    assert.deepEqual(network.started, [[0, 0], [1, 5_000], [2, 10_000]])
    assert.deepEqual(summary(result), [2, [0, 'timeout', 5_000], [1, 'timeout', 5_000]])
  })

  test('an abort ends all dials, and each that ran is recorded with the reason\'s outcome', async () => {
    const network = new ScriptedNetwork('silent', 'silent', 'silent')
    const controller = new AbortController()
    network.clock.after(300, () => {
      controller.abort(peerFault('timeout', 'the visit is too long'))
    })

    assert.deepEqual(summary(await network.race([[0, 1, 2]], controller.signal)), [undefined, [0, 'timeout', 300], [1, 'timeout', 50]])
    assert.equal(network.clock.pending, 0)
  })

  test('an abort before the start dials nothing', async () => {
    const network = new ScriptedNetwork([10, 'up'])

    assert.deepEqual(summary(await network.race([[0]], AbortSignal.abort(new Error('stop')))), [undefined])
    assert.deepEqual(network.started, [])
  })

  test('of two simultaneous answers one wins, and the other is disposed of', async () => {
    const { clock, limits } = new ScriptedNetwork()
    const disposed: number[] = []
    const both = Promise.withResolvers<undefined>()
    const dial = async ({ host }: Address): Promise<Connection> => {
      await both.promise

      return { to: host[3] ?? 0, [Symbol.dispose]: () => disposed.push(host[3] ?? 0) }
    }
    const racing = dialFirst([[at(0)], [at(1)]], { clock, limits, dial }, OPTIONS, new AbortController().signal)
    await clock.settle()
    both.resolve(undefined)
    assert.deepEqual(summary(await racing), [0])
    await clock.settle()

    assert.deepEqual(disposed, [1])
  })

  test('a connection that is made after its dial was aborted is disposed of', async () => {
    const network = new ScriptedNetwork('silent')
    const late = Promise.withResolvers<Connection>()
    const disposed: number[] = []
    const racing = dialFirst([[at(0)], [at(1)]], {
      clock: network.clock,
      limits: network.limits,
      dial: async ({ host }) => host[3] === 0 ? await late.promise : { to: 1, [Symbol.dispose]: () => disposed.push(1) }
    }, OPTIONS, new AbortController().signal)
    assert.equal((await racing).winner?.value.to, 1)
    late.resolve({ to: 0, [Symbol.dispose]: () => disposed.push(0) })
    await network.clock.settle()

    assert.deepEqual(disposed, [0])
  })

  test('the winner\'s dial signal is never aborted afterwards', async () => {
    const network = new ScriptedNetwork([10, 'up'])
    const controller = new AbortController()
    await network.race([[0]], controller.signal)
    controller.abort()
    await network.clock.advance(60_000)

    assert.deepEqual(network.aborted, [])
  })

  test('the time of a dial starts with its slot, and a visit that ends while it waits is limit-exceeded', async () => {
    const network = new ScriptedNetwork('silent')
    network.limits = new DialLimits({ maxDialsPerIP: 1, maxDialsPerSubnet: 1 })
    const blocker = await network.limits.acquire(at(9).host, new AbortController().signal)
    network.clock.after(7_000, () => {
      blocker[Symbol.dispose]()
    })
    assert.deepEqual(summary(await network.race([[0]])), [undefined, [0, 'timeout', 5_000]])

    const controller = new AbortController()
    await network.limits.acquire(at(9).host, new AbortController().signal)
    network.clock.after(1_000, () => {
      controller.abort(peerFault('timeout', 'the visit is too long'))
    })
    assert.deepEqual(summary(await network.race([[0]], controller.signal)), [undefined, [0, 'limit-exceeded', 0]])
  })

  test('no timer and no slot is left after a race', async () => {
    const network = new ScriptedNetwork([400, 'up'], 'silent', [1, 'refused'], 'silent', 'silent')
    await network.race([[0, 1], [2, 3, 4]])

    assert.equal(network.clock.pending, 0)
    assert.equal(network.limits.size, 0)
  })
})
