import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { DialLimits } from '../../../crawler/dial/dial-limits.ts'

const never = new AbortController().signal

/** Starts a dial and adds it to `log` when it gets a slot. */
async function dial (limits: DialLimits, ip: Uint8Array, name: string, log: string[]): Promise<Disposable> {
  const turn = await limits.acquire(ip, never)
  log.push(name)

  return turn
}

async function settle (): Promise<void> {
  await new Promise(setImmediate)
}

suite('DialLimits', () => {
  test('dials over the limit of one IP address wait, first come, first served', async () => {
    const limits = new DialLimits({ maxDialsPerIP: 2, maxDialsPerSubnet: 10 })
    const log: string[] = []
    const turns = ['a', 'b', 'c', 'd'].map(async name => await dial(limits, Uint8Array.of(1, 2, 3, 4), name, log))
    await settle()
    assert.deepEqual(log, ['a', 'b'])

    for (const turn of turns) {
      (await turn)[Symbol.dispose]()
      await settle()
    }
    assert.deepEqual(log, ['a', 'b', 'c', 'd'])
    assert.equal(limits.size, 0)
  })

  test('an IPv4 address written as IPv6 counts as the IPv4 address', async () => {
    const limits = new DialLimits({ maxDialsPerIP: 1, maxDialsPerSubnet: 10 })
    const log: string[] = []
    const first = await dial(limits, Uint8Array.of(1, 2, 3, 4), 'a', log)
    const second = dial(limits, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3, 4), 'b', log)
    await settle()
    assert.deepEqual(log, ['a'])
    first[Symbol.dispose]()
    ;(await second)[Symbol.dispose]()
    assert.deepEqual(log, ['a', 'b'])
  })

  test('dials over the limit of a /24 wait, and those of another do not', async () => {
    const limits = new DialLimits({ maxDialsPerIP: 4, maxDialsPerSubnet: 2 })
    const log: string[] = []
    const first = await dial(limits, Uint8Array.of(1, 2, 3, 1), 'a', log)
    await dial(limits, Uint8Array.of(1, 2, 3, 2), 'b', log)
    void dial(limits, Uint8Array.of(1, 2, 3, 3), 'c', log)
    await dial(limits, Uint8Array.of(1, 2, 4, 3), 'd', log)
    await settle()
    assert.deepEqual(log, ['a', 'b', 'd'])
    first[Symbol.dispose]()
    await settle()

    assert.deepEqual(log, ['a', 'b', 'd', 'c'])
  })

  test('IPv6 addresses share the limit of their /64', async () => {
    const limits = new DialLimits({ maxDialsPerIP: 4, maxDialsPerSubnet: 1 })
    const ip = (subnet: number, host: number): Uint8Array => Uint8Array.from([0x2a, 1, 0, 0, 0, 0, 0, subnet, 0, 0, 0, 0, 0, 0, 0, host])
    const log: string[] = []
    await dial(limits, ip(1, 1), 'a', log)
    void dial(limits, ip(1, 2), 'b', log)
    void dial(limits, ip(2, 1), 'c', log)
    await settle()

    assert.deepEqual(log, ['a', 'c'])
  })

  test('a dial does not wait because another IP address is at its limit', async () => {
    const limits = new DialLimits({ maxDialsPerIP: 1, maxDialsPerSubnet: 2 })
    const log: string[] = []
    await dial(limits, Uint8Array.of(1, 2, 3, 1), 'a', log)
    const other = await dial(limits, Uint8Array.of(1, 2, 3, 2), 'b', log)
    void dial(limits, Uint8Array.of(1, 2, 3, 1), 'waits for a', log)
    void dial(limits, Uint8Array.of(1, 2, 3, 3), 'c', log)
    other[Symbol.dispose]()
    await settle()

    assert.deepEqual(log, ['a', 'b', 'c'])
  })

  test('an abort ends the wait with the signal\'s reason and leaves the slot to others', async () => {
    const limits = new DialLimits({ maxDialsPerIP: 1, maxDialsPerSubnet: 1 })
    const ip = Uint8Array.of(1, 2, 3, 4)
    const log: string[] = []
    const controller = new AbortController()
    const reason = new Error('enough')
    const first = await dial(limits, ip, 'a', log)
    const waiting = limits.acquire(ip, controller.signal)
    const last = dial(limits, ip, 'c', log)
    controller.abort(reason)
    await assert.rejects(waiting, reason)
    first[Symbol.dispose]()
    ;(await last)[Symbol.dispose]()

    assert.deepEqual(log, ['a', 'c'])
    assert.equal(limits.size, 0)
  })

  test('an aborted signal takes no slot', async () => {
    const limits = new DialLimits({ maxDialsPerIP: 1, maxDialsPerSubnet: 1 })

    await assert.rejects(limits.acquire(Uint8Array.of(1, 2, 3, 4), AbortSignal.abort(new Error('enough'))), /enough/)
    assert.equal(limits.size, 0)
  })

  test('loopback is exempt', async () => {
    const limits = new DialLimits({ maxDialsPerIP: 1, maxDialsPerSubnet: 1 })

    for (let i = 0; i < 10; i++) {
      await limits.acquire(Uint8Array.of(127, 0, 0, 1), never)
    }
    assert.equal(limits.size, 0)
  })

  test('no order of starts and ends exceeds a limit, and every dial gets a slot', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.nat(2), fc.nat(3)), { maxLength: 40 }), async (starts) => {
      const limits = new DialLimits({ maxDialsPerIP: 2, maxDialsPerSubnet: 3 })
      const running = new Map<string, number>()
      let served = 0
      const count = (key: string, by: number): number => {
        running.set(key, (running.get(key) ?? 0) + by)

        return running.get(key) ?? 0
      }

      await Promise.all(starts.map(async ([subnet, host]) => {
        const turn = await limits.acquire(Uint8Array.of(1, 2, subnet, host), never)
        assert.ok(count(`ip ${String(subnet)}.${String(host)}`, 1) <= 2)
        assert.ok(count(`net ${String(subnet)}`, 1) <= 3)
        await settle()
        count(`ip ${String(subnet)}.${String(host)}`, -1)
        count(`net ${String(subnet)}`, -1)
        served++
        turn[Symbol.dispose]()
      }))

      assert.equal(served, starts.length)
      assert.equal(limits.size, 0)
    }), { numRuns: 50 })
  })
})
