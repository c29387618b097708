import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CachingDns } from '../../../../crawler/dial/dns/caching-dns.ts'
import { DNS_LIMITS, LimitedDns, registrableDomain } from '../../../../crawler/dial/dns/limited-dns.ts'
import { NO_STANDSTILL } from '../../../support/client/no-standstill.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import type { DnsResolver } from '../../../../crawler/dial/dns/dns-resolver.ts'

const { signal } = new AbortController()

/** A DNS that counts queries. Names below `void.example` do not exist, those below `down.example` fail, and all others have an address of either family. */
class CountingDns implements DnsResolver {
  asked = 0

  async addresses (name: string, family: 4 | 6): Promise<readonly string[]> {
    return await this.texts(family === 6 ? `void.${name}` : name)
  }

  async texts (name: string): Promise<readonly string[]> {
    this.asked++

    if (name.endsWith('down.example')) {
      throw new Error('SERVFAIL')
    }

    return await Promise.resolve(name.endsWith('void.example') ? [] : ['192.168.0.1'])
  }
}

/** Looks up 675 unique names a second for 10 s, as one observed attacker caused. Returns the number of sent queries. */
async function attack (nameOf: (n: number) => string): Promise<number> {
  const inner = new CountingDns()
  const clock = new FakeClock()
  const dns = new CachingDns({ inner: new LimitedDns({ inner, clock }), clock, standstill: NO_STANDSTILL }, { ttlMs: 600_000, maxEntries: 10_000 }, signal)
  const asked: Promise<unknown>[] = []

  for (let second = 0; second < 10; second++) {
    for (let n = 0; n < 675; n++) {
      asked.push(dns.addresses(nameOf(second * 675 + n), 4, signal).catch(() => undefined))
    }
    await clock.advance(1_000)
  }

  await clock.runUntil(Promise.all(asked))
  assert.equal(clock.pending, 0)

  return inner.asked
}

suite('LimitedDns', () => {
  test('6,750 names of one domain in 10 s cause 80 queries at most', async () => {
    const sent = await attack(n => `n${String(n)}.attacker.co.uk`)
    assert.ok(sent >= 32 && sent <= 80, String(sent))
  })

  test('6,750 names of as many domains in 10 s cause 800 queries at most', async () => {
    const sent = await attack(n => `www.d${String(n)}.com`)
    assert.ok(sent >= 200 && sent <= 800, String(sent))
  })

  test('after 16 names that do not exist or do not resolve, queries to their domain pause for a minute', async () => {
    for (const domain of ['void.example', 'down.example']) {
      const sent = await attack(n => `n${String(n)}.${domain}`)
      assert.ok(sent >= 16 && sent <= 32, `${domain} ${String(sent)}`)
    }
  })

  test('a domain that failed is queried again after a minute', async () => {
    const inner = new CountingDns()
    const clock = new FakeClock()
    const dns = new LimitedDns({ inner, clock })

    for (let n = 0; n < 16; n++) {
      await dns.texts(`n${String(n)}.void.example`, signal)
    }
    // void.example and example.example have one registrable domain
    await assert.rejects(dns.texts('good.example.void.example', signal), /keep failing/)
    await clock.advance(60_000)
    assert.deepEqual(await dns.texts('good.sub.example', signal), ['192.168.0.1'])
    await dns.texts('more.void.example', signal)
    assert.deepEqual(await dns.texts('good.sub.example', signal), ['192.168.0.1'], 'one success forgives all')
  })

  test('hosts without an IPv6 address do not count as failures of the domain', async () => {
    const dns = new LimitedDns({ inner: new CountingDns(), clock: new FakeClock() })

    for (let n = 0; n < 20; n++) {
      assert.deepEqual(await dns.addresses(`void.n${String(n)}.void.example`, 6, signal), [])
    }
  })

  test('the bootstrap names of a network, and a hundred names in a crawl\'s first second, do not wait', async () => {
    const inner = new CountingDns()
    const clock = new FakeClock()
    const dns = new LimitedDns({ inner, clock })
    await Promise.all(Array.from({ length: 100 }, async (_, n) => await dns.addresses(`ip.k51${String(n)}.libp2p.direct`, 4, signal)))

    assert.equal(clock.monotonic(), 0)
    assert.equal(inner.asked, 100)
  })

  test('a lookup that was not sent does not count as a failure', async () => {
    const inner = new CountingDns()
    const clock = new FakeClock()
    const limited = new LimitedDns({ inner, clock }, { ...DNS_LIMITS, all: { burst: 1, perSecond: 0.1 } })
    const dns = new CachingDns({ inner: limited, clock, standstill: NO_STANDSTILL }, { ttlMs: 600_000, maxEntries: 9 }, signal)
    await dns.texts('a.example', signal)
    await assert.rejects(clock.runUntil(dns.texts('b.example', signal)), /too many names/)
    await clock.advance(10_000)

    assert.deepEqual(await dns.texts('b.example', signal), ['192.168.0.1'])
  })

  test('domains are kept up to the bound', async () => {
    const dns = new LimitedDns({ inner: new CountingDns(), clock: new FakeClock() }, { ...DNS_LIMITS, maxDomains: 5 })

    for (let n = 0; n < 20; n++) {
      await dns.texts(`d${String(n)}.com`, signal)
    }
    assert.equal(dns.size, 5)
  })

  test('the registrable domain follows the Public Suffix List', () => {
    assert.deepEqual(['a.b.example.co.uk', '_dnsaddr.bootstrap.libp2p.io', 'x.y.libp2p.direct', 'localhost', 'a.invalid-tld'].map(registrableDomain), ['example.co.uk', 'libp2p.io', 'y.libp2p.direct', 'localhost', 'a.invalid-tld'])
  })
})
