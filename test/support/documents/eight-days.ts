// Eight days of a small network, seen from two vantage points three times a day: the data on which published queries run. Each
// peer is one behaviour that a query asks for.
import { crawlOf, CRAWL_ID, failedVisitOf, visitOf } from '../consumer/messages.ts'
import type { Crawl } from '../../../core/contracts/crawl.ts'
import type { Visit } from '../../../core/contracts/visit.ts'

const DAY_S = 86_400
const SCANS = [{ scan: 'default/probe/main', vantage: 'fra', latencyMs: 20 }, { scan: 'default/probe/other', vantage: 'nyc', latencyMs: 80 }] as const
const KAD = '/ipfs/kad/1.0.0'

/** Starts of the crawls in epoch seconds. */
const CRAWLS = Array.from({ length: 24 }, (_, i) => CRAWL_ID + i * DAY_S / 3)

interface Moment { day: number, crawl: number, vantage: string }
interface Seen { agent: string, address: string, transport?: 'tcp' | 'quic-v1' | 'relay', protocols?: string[] }

const steady = (agent: string, address: string, more: Partial<Seen> = {}): Seen => ({ agent, address, ...more })

// undefined: the visit fails; null: it is not visited.
const PEERS: Record<string, (moment: Moment) => Seen | undefined | null> = {
  QmSteadyyyy: () => steady('kubo/0.30.0', '/ip4/198.51.100.1/tcp/4001'),
  QmQuickkkkk: () => steady('kubo/0.31.0', '/ip4/198.51.100.1/udp/4001/quic-v1', { transport: 'quic-v1' }),
  QmLeaverrrr: ({ day }) => day < 4 ? steady('kubo/0.30.0', '/ip4/198.51.100.3/tcp/4001') : undefined,
  QmComerrrrr: ({ day }) => day < 6 ? null : steady('kubo/0.31.0', '/ip4/198.51.100.4/tcp/4001'),
  QmFLickerrr: ({ crawl }) => crawl % 2 === 0 ? steady('rust-libp2p/0.44', '/ip4/198.51.100.5/tcp/4001') : undefined,
  QmRotaterrr: ({ day }) => steady('kubo/0.30.0', `/ip4/198.51.100.${String(10 + day)}/tcp/4001`),
  QmStaLeeeee: () => undefined,
  QmRELayeddd: () => steady('js-libp2p/3.0', '/ip4/198.51.100.1/tcp/4001/p2p/QmSteadyyyy/p2p-circuit', { transport: 'relay', protocols: ['/ipfs/id/1.0.0'] }),
  QmUpgraderr: ({ day }) => steady(day < 5 ? 'kubo/0.30.0' : 'kubo/0.31.0', '/ip4/198.51.100.6/tcp/4001'),
  QmNewYorker: ({ vantage }) => vantage === 'nyc' ? steady('kubo/0.30.0', '/ip4/198.51.100.7/tcp/4001') : undefined
}

/** All visits: active ones of both scans, and one of the passive node. */
export function eightDays (): { visits: Visit[], crawls: Crawl[] } {
  const active = CRAWLS.flatMap((crawlId, crawl) => SCANS.flatMap(({ scan, vantage, latencyMs }) => Object.entries(PEERS).flatMap(([nodeId, behaviour], i) => {
    const seen = behaviour({ day: Math.floor(crawl / 3), crawl, vantage })
    const key = { scan, vantage, crawlId, nodeId, startedAt: new Date((crawlId + i) * 1_000).toISOString() }

    return seen === null ? [] : [seen === undefined ? failedVisitOf(key) : visitOf({ ...key, ...contact(seen), latencyMs: latencyMs + i, latencyErrorMs: 0 })]
  })))
  const inbound = visitOf({ scan: SCANS[0].scan, vantage: 'fra', crawlId: CRAWL_ID + 600, nodeId: 'QmSteadyyyy', source: 'inbound', discoveryType: 'passive', ...contact(steady('kubo/0.30.0', '/ip4/198.51.100.1/tcp/4001')), latencyMs: undefined, latencyErrorMs: undefined })
  const crawls = CRAWLS.flatMap(crawlId => SCANS.map(({ scan, vantage }) => crawlOf({ scan, vantage, crawlId, disturbed: false, lostMs: 0 })))

  return { visits: [...active, inbound], crawls }
}

function contact ({ agent, address, transport = 'tcp', protocols = ['/ipfs/id/1.0.0', KAD] }: Seen): Pick<Visit, 'connection' | 'identify' | 'addresses' | 'outcome' | 'place'> {
  return {
    outcome: protocols.includes(KAD) ? 'ok' : 'identified',
    addresses: [address],
    connection: { address, transport, security: '/noise', muxer: '/yamux/1.0.0', limited: transport === 'relay' },
    place: transport === 'relay' ? undefined : placeOf(address),
    identify: { protocolVersion: 'ipfs/0.1.0', agentVersion: agent, protocols, listenAddresses: [address] }
  }
}

function placeOf (address: string): Visit['place'] {
  const source = 'Lab 2026-01-01'

  return address.startsWith('/ip4/198.51.100.1/')
    ? { country: 'DE', asn: 24940, organisation: 'Hetzner Online GmbH', cloud: 'Hetzner', source }
    : { country: address.includes('.7/') ? 'unknown' : 'FR', asn: 3215, organisation: 'Orange', cloud: 'none', source }
}
