import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { openSystemDns } from '../../../../crawler/dial/dns/system-dns.ts'
import { NO_STANDSTILL } from '../../../support/client/no-standstill.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

suite('openSystemDns', () => {
  test('sends no queries after it was disposed of', async () => {
    const dns = openSystemDns(new FakeClock(), NO_STANDSTILL)
    dns[Symbol.dispose]()

    await assert.rejects(dns.texts('name.invalid', new AbortController().signal), { name: 'AbortError' })
    await assert.rejects(dns.addresses('name.invalid', 4, new AbortController().signal), { name: 'AbortError' })
  })
})
