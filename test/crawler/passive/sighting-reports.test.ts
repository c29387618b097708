import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { RecentVisitors } from '../../../crawler/passive/recent-visitors.ts'
import { SightingReports } from '../../../crawler/passive/sighting-reports.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { Latency } from '../../../crawler/dial/latency.ts'
import type { CompletedVisit } from '../../../crawler/engine/population/visit-sink.ts'
import type { OpenConnection } from '../../../crawler/passive/open-connections.ts'
import type { Connection, IdentifyResult } from '@libp2p/interface'

const peer = peerIdFromString('12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5')
const address = multiaddr('/ip4/1.2.3.4/tcp/4001')

interface Rig { reports: SightingReports, visits: CompletedVisit[], met: RecentVisitors, clock: FakeClock }

function rig (ready: () => Promise<void> | undefined = () => undefined): Rig {
  const visits: CompletedVisit[] = []
  const met = new RecentVisitors()
  const clock = new FakeClock()
  const sink = { ready, accept: (visit: CompletedVisit) => void visits.push(visit) }

  const ping = async (): Promise<Latency> => await Promise.resolve({ ms: 7, errorMs: 0 })

  return { clock, visits, met, reports: new SightingReports({ clock, sink, met, ping, onVisit: () => undefined }) }
}

const opened = (identified?: Partial<IdentifyResult>): OpenConnection =>
  ({ openedAtMs: 1_000, sinceMs: 0, identified: Promise.resolve(identified as IdentifyResult | undefined), isDone: false })
const connection = (status: Connection['status']): Connection => ({ remotePeer: peer, remoteAddr: address, status }) as unknown as Connection

suite('SightingReports', () => {
  test('reports a peer with its identity and round trip, once, and keeps it for the crawl', async () => {
    const { reports, visits, met } = rig()
    const open = opened({ listenAddrs: [address], protocols: [] })
    await reports.meet(connection('open'), open, 'inbound')
    await reports.meet(connection('open'), opened({ listenAddrs: [], protocols: [] }), 'inbound')

    assert.ok(open.isDone)
    assert.equal(visits.length, 1)
    assert.deepEqual([visits[0]?.source, visits[0]?.discoveryType, visits[0]?.result.outcome, visits[0]?.result.latencyMs], ['inbound', 'passive', 'identified', 7])
    assert.deepEqual(met.list().map(({ addresses }) => addresses.length), [1])
  })

  test('distinguishes a peer that closed first, one that sent nothing, and one that could not be dialled', async () => {
    for (const [status, outcome] of [['closed', 'connected'], ['open', 'identify-failed']] as const) {
      const { reports, visits } = rig()
      await reports.meet(connection(status), opened(), 'inbound')
      assert.deepEqual(visits.map(({ result }) => [result.outcome, result.latencyMs]), [[outcome, undefined]])
    }

    const { reports, visits } = rig()
    await reports.failed(peer, [address], { err: new Error('x'), startedAtMs: 0, durationMs: 1 })
    await reports.failed(peer, [address], { err: new Error('x'), startedAtMs: 0, durationMs: 1 })
    assert.deepEqual(visits.map(({ source, addresses }) => [source, addresses.length]), [['mdns', 1]])
  })

  test('waits for room, and passes on the sink\'s error', async () => {
    const room = Promise.withResolvers<undefined>()
    const { reports, visits } = rig(() => room.promise.then(() => undefined))
    const meeting = reports.meet(connection('open'), opened(), 'inbound')
    await new Promise(setImmediate)
    assert.equal(visits.length, 0)
    room.reject(new Error('permanently broken'))

    await assert.rejects(meeting, { message: 'permanently broken' })
  })
})
