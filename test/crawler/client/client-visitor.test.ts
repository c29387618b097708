import { systemClock } from '../../../core/time/clock.ts'
import { openClientVisitor } from '../../../crawler/client/client-visitor.ts'
import { dialConformance } from '../visit/dial-conformance.ts'
import { CONFORMANCE_LIMITS, visitorConformance } from '../visit/visitor-conformance.ts'
import type { DnsResolver } from '../../../crawler/dial/dns/dns-resolver.ts'
import type { VisitorFactory } from '../visit/visitor-conformance.ts'

const NO_DNS: DnsResolver = { addresses: async () => [], texts: async () => [] }

const factory: VisitorFactory = {
  open: async kadProtocols => openClientVisitor({
    ...CONFORMANCE_LIMITS,
    kadProtocols,
    agentVersion: 'peerprobe/0.0.0 (+test)',
    addresses: { policy: 'Any', deny: [], maxDialsPerIP: 4, maxDialsPerSubnet: 32 }
  }, { clock: systemClock, dns: NO_DNS })
}

visitorConformance('the client for TCP, WebSocket and relays', factory)
dialConformance('the client for TCP, WebSocket and relays', factory)
