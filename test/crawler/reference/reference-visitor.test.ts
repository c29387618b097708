import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../../core/time/clock.ts'
import { openReferenceVisitor } from '../../support/reference/reference-visitor.ts'
import { dialConformance } from '../visit/dial-conformance.ts'
import { CONFORMANCE_LIMITS, visitorConformance } from '../visit/visitor-conformance.ts'
import type { DnsResolver } from '../../../crawler/dial/dns/dns-resolver.ts'
import type { VisitorOptions } from '../../../crawler/visit/visitor-options.ts'
import type { VisitorFactory } from '../visit/visitor-conformance.ts'

const NO_DNS: DnsResolver = { addresses: async () => [], texts: async () => [] }

const OPTIONS: VisitorOptions = {
  ...CONFORMANCE_LIMITS,
  kadProtocols: [],
  agentVersion: 'peerprobe/0.0.0 (+test)',
  addresses: { policy: 'Any', deny: [], maxDialsPerIP: 4, maxDialsPerSubnet: 32 }
}

const { signal } = new AbortController()

const factory: VisitorFactory = {
  open: async kadProtocols => await openReferenceVisitor({ ...OPTIONS, kadProtocols }, { clock: systemClock, dns: NO_DNS }, signal)
}

visitorConformance('the reference visitor', factory)
dialConformance('the reference visitor', factory)

test('an invalid deny list is rejected at the start', async () => {
  await assert.rejects(openReferenceVisitor({ ...OPTIONS, addresses: { ...OPTIONS.addresses, deny: ['10.0.0.0/33'] } }, { clock: systemClock, dns: NO_DNS }, signal), { code: 'PP_CONFIG_INVALID' })
})
