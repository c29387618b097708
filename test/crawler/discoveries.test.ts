import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { VISIT_TYPE } from '../../core/contracts/visit.ts'
import { Progress } from '../../core/process/progress.ts'
import { systemClock } from '../../core/time/clock.ts'
import { compileScan } from '../../crawler/compile-scan.ts'
import { openDiscoveries } from '../../crawler/discoveries.ts'
import { PlacesFolder } from '../../crawler/places/places-folder.ts'
import { Publisher } from '../../crawler/publish/publisher.ts'
import { connectingPeer } from '../support/libp2p/connecting-peer.ts'
import { crawlerConfig } from '../support/libp2p/crawler-config.ts'
import { mmdb } from '../support/places/mmdb.ts'
import { TempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'
import type { OutgoingMessage } from '../../core/bus/port/event-bus.ts'
import type { Visit } from '../../core/contracts/visit.ts'
import type { Discoveries } from '../../crawler/discoveries.ts'
import type { PlaceOf } from '../../crawler/places/placed-visits.ts'
import type { ConnectingPeer } from '../support/libp2p/connecting-peer.ts'
import type { CrawlerConfigOptions } from '../support/libp2p/crawler-config.ts'

const KAD = '/lab/kad/1.0.0'
const log = pino({ level: 'silent' })

interface Opened extends Discoveries { port: number, stack: AsyncDisposableStack, visits: () => Visit[] }

type Wanted = Pick<CrawlerConfigOptions, 'seed' | 'active' | 'passive'>

async function open (stateFolder: string, wanted: Wanted, placeOf?: PlaceOf): Promise<Opened> {
  const stack = new AsyncDisposableStack()
  const messages: OutgoingMessage[] = []
  const publish = async (_: string, batch: readonly OutgoingMessage[]): Promise<void> => {
    messages.push(...batch)
    await Promise.resolve()
  }
  const config = await crawlerConfig({ stateFolder, protocols: [KAD], ...wanted })
  const discoveries = await openDiscoveries(compileScan(config.scan), {
    config,
    log,
    clock: systemClock,
    registry: new Registry(),
    progress: new Progress({ clock: systemClock }),
    publisher: Publisher.open({ clock: systemClock, log, bus: { publish } }, { topic: 't', flushTimeoutMs: 1_000 }),
    onVisit: () => undefined,
    onCrawl: () => undefined,
    onLost: () => undefined,
    onForm: () => undefined,
    disks: { room: () => undefined },
    placeOf
  }, stack)

  const visits = (): Visit[] => messages
    .filter(({ headers }) => headers['ce_type'] === VISIT_TYPE)
    .map(({ value }) => JSON.parse(Buffer.from(value).toString()) as Visit)

  return { ...discoveries, port: config.scan.passive.port, stack, visits }
}

suite('openDiscoveries', () => {
  test('opens the discoveries that the scan enables', async () => {
    using folder = new TempFolder()
    for (const wanted of [{ active: true, passive: false }, { active: false, passive: true }, { active: true, passive: true }]) {
      const { active, passive, dueInMs, stack } = await open(folder.path, wanted)
      assert.deepEqual({ active: active !== undefined, passive: passive !== undefined }, wanted)
      assert.equal(dueInMs() === undefined, !wanted.active)
      await stack.disposeAsync()
    }
  })

  test('crawls from the passive node\'s connected peers over their connections, and after a restart from known peers', async () => {
    using folder = new TempFolder()
    await using seed = await connectingPeer({ listen: ['/ip4/127.0.0.1/tcp/0'], kadProtocol: KAD })
    await using guest = await connectingPeer({ agentVersion: 'guest/1' })
    const first = await open(folder.path, { seed: seed.getMultiaddrs()[0]!.toString() })
    await guest.dial(multiaddr(`/ip4/127.0.0.1/tcp/${String(first.port)}`))
    await until('the guest is reported', () => first.visits().some(({ source }) => source === 'inbound'))
    const stop = new AbortController()
    const running = first.active!.run(stop.signal)
    await until('the crawl is over', () => first.active!.lastCrawl !== undefined)
    stop.abort()
    await running
    await first.stack.disposeAsync()
    const sources = (visits: Visit[], { peerId }: ConnectingPeer): string[] =>
      visits.filter(({ nodeId }) => nodeId === peerId.toString()).map(({ source, outcome }) => `${source} ${outcome}`).sort()

    assert.deepEqual(sources(first.visits(), guest), ['connected identified', 'inbound identified'])
    assert.deepEqual(sources(first.visits(), seed), ['bootstrap ok'])
    const second = await open(folder.path, {})
    const end = new AbortController()
    const again = second.active!.run(end.signal)
    await until('the next crawl is over', () => second.active!.lastCrawl !== undefined)

    assert.deepEqual(sources(second.visits(), seed), ['known ok'])
    end.abort()
    await again
    await second.stack.disposeAsync()
  })

  test('give visits the place of the address that answered or came, and count it in the crawl', async () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('lab.mmdb'), mmdb({ type: 'Lab', networks: { '127.0.0.0/8': { country: { iso_code: 'CH' }, autonomous_system_number: 24940, autonomous_system_organization: 'Lab' } } }))
    const places = await PlacesFolder.open(folder.path, { clock: systemClock, log })
    await using seed = await connectingPeer({ listen: ['/ip4/127.0.0.1/tcp/0'], kadProtocol: KAD })
    await using guest = await connectingPeer({ agentVersion: 'guest/1' })
    const opened = await open(folder.path, { seed: seed.getMultiaddrs()[0]!.toString() }, connection => places.placeOf(connection))
    await guest.dial(multiaddr(`/ip4/127.0.0.1/tcp/${String(opened.port)}`))
    await until('the guest is reported', () => opened.visits().some(({ source }) => source === 'inbound'))
    const stop = new AbortController()
    const running = opened.active!.run(stop.signal)
    await until('the crawl is over', () => opened.active!.lastCrawl !== undefined)
    stop.abort()
    await running
    const contacted = opened.visits().filter(({ connection }) => connection !== undefined)
    const { countries, systems, clouds } = opened.active!.lastCrawl!.distributions

    assert.deepEqual(new Set(contacted.map(({ source }) => source)), new Set(['inbound', 'connected', 'bootstrap']))
    assert.deepEqual(contacted.map(({ place }) => place), contacted.map(() => ({ country: 'CH', asn: 24940, organisation: 'Lab', cloud: 'Hetzner', source: 'Lab 2026-11-28' })))
    assert.deepEqual([countries, systems, clouds].map(counts => counts?.top), ['CH', 'AS24940', 'Hetzner'].map(value => [{ value, count: 2 }]))
    await opened.stack.disposeAsync()
  })
})
