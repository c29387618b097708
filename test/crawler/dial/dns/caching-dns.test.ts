import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CachingDns } from '../../../../crawler/dial/dns/caching-dns.ts'
import { NO_STANDSTILL } from '../../../support/client/no-standstill.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { ScriptedDns } from '../../../support/network/scripted-dns.ts'
import type { Standstill } from '../../../../core/time/standstill.ts'

const { signal } = new AbortController()
const OPTIONS = { ttlMs: 1_000, maxEntries: 3 }

function open (records: Record<string, string[]> = {}, standstill: Pick<Standstill, 'lostMs'> = NO_STANDSTILL): { dns: CachingDns, inner: ScriptedDns, clock: FakeClock } {
  const inner = new ScriptedDns(records)
  const clock = new FakeClock()

  return { dns: new CachingDns({ inner, clock, standstill }, OPTIONS, signal), inner, clock }
}

suite('CachingDns', () => {
  test('an answer is cached until it expires', async () => {
    const { dns, inner, clock } = open({ 'a.example': ['1.2.3.4'] })
    await dns.addresses('a.example', 4, signal)
    await clock.advance(999)
    assert.deepEqual(await dns.addresses('a.example', 4, signal), ['1.2.3.4'])
    assert.equal(inner.asked.length, 1)
    await clock.advance(1)
    await dns.addresses('a.example', 4, signal)

    assert.equal(inner.asked.length, 2)
  })

  test('families and record types are cached separately', async () => {
    const { dns, inner } = open()
    await dns.addresses('a.example', 4, signal)
    await dns.addresses('a.example', 6, signal)
    await dns.texts('a.example', signal)

    assert.deepEqual(inner.asked, ['4 a.example', '6 a.example', 'txt a.example'])
  })

  test('concurrent lookups share one query', async () => {
    const { dns, inner } = open()
    await Promise.all([dns.texts('a.example', signal), dns.texts('a.example', signal)])

    assert.equal(inner.asked.length, 1)
  })

  test('a failure is cached too', async () => {
    const { dns, inner } = open()
    await assert.rejects(dns.texts('broken.example', signal), /SERVFAIL/)
    await assert.rejects(dns.texts('broken.example', signal), /SERVFAIL/)

    assert.equal(inner.asked.length, 1)
  })

  test('a query that failed during a standstill is repeated once', async () => {
    const standstill = { lostMs: 0 }
    const { dns, inner } = open({}, standstill)
    const failed = dns.texts('broken.example', signal)
    standstill.lostMs = 20_000

    await assert.rejects(failed, /SERVFAIL/)
    assert.deepEqual(inner.asked, ['txt broken.example', 'txt broken.example'])
  })

  test('the oldest answer is evicted when there are too many', async () => {
    const { dns, inner } = open()

    for (const name of ['a', 'b', 'c', 'd', 'd', 'b', 'a']) {
      await dns.texts(name, signal)
    }

    assert.deepEqual(inner.asked, ['txt a', 'txt b', 'txt c', 'txt d', 'txt a'])
  })

  test('one caller\'s abort does not affect the others', async () => {
    const answer = Promise.withResolvers<string[]>()
    const inner = { addresses: async () => await answer.promise, texts: async () => [] }
    const dns = new CachingDns({ inner, clock: new FakeClock(), standstill: NO_STANDSTILL }, OPTIONS, signal)
    const controller = new AbortController()
    const aborted = dns.addresses('a', 4, controller.signal)
    const patient = dns.addresses('a', 4, signal)
    controller.abort(new Error('enough'))
    await assert.rejects(aborted, /enough/)
    answer.resolve(['1.2.3.4'])

    assert.deepEqual(await patient, ['1.2.3.4'])
  })
})
