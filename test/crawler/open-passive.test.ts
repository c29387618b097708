import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { Progress } from '../../core/process/progress.ts'
import { systemClock } from '../../core/time/clock.ts'
import { compileScan } from '../../crawler/compile-scan.ts'
import { DialBudget } from '../../crawler/dial/dial-budget.ts'
import { openPassive } from '../../crawler/open-passive.ts'
import { connectingPeer } from '../support/libp2p/connecting-peer.ts'
import { crawlerConfig } from '../support/libp2p/crawler-config.ts'
import { TempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'
import type { OpenPassiveDeps } from '../../crawler/open-passive.ts'
import type { PassiveDiscovery } from '../../crawler/passive/passive-discovery.ts'

const KAD = '/lab/kad/1.0.0'

async function open (stateFolder: string, protocols: string[], over: Partial<OpenPassiveDeps> = {}): Promise<PassiveDiscovery> {
  const config = await crawlerConfig({ stateFolder, protocols })
  const beat = new Progress({ clock: systemClock }).watch('passive', 60_000)

  return await openPassive(config, compileScan(config.scan), {
    clock: systemClock,
    log: pino({ level: 'silent' }),
    sink: { ready: () => undefined, accept: () => undefined },
    beat,
    budget: new DialBudget(systemClock),
    bootstrap: async () => await Promise.resolve([]),
    onVisit: () => undefined,
    ...over
  })
}

suite('openPassive', () => {
  test('keeps its peer id, and joins through a bootstrap peer', async () => {
    using folder = new TempFolder()
    await using peer = await connectingPeer({ listen: ['/ip4/127.0.0.1/tcp/0'], kadProtocol: KAD })
    const bootstrap = async (): Promise<{ id: Uint8Array, addresses: Uint8Array[] }[]> => await Promise.resolve([
      { id: new Uint8Array(0), addresses: [] },
      { id: peer.peerId.toMultihash().bytes, addresses: peer.getMultiaddrs().map(address => address.decapsulateCode(421).bytes) }
    ])
    let id: string

    {
      await using passive = await open(folder.path, [KAD], { bootstrap })
      const stop = new AbortController()
      const running = passive.run(stop.signal)
      await until('it has joined', () => passive.status().routingTable === 1)
      stop.abort()
      await running
      id = passive.status().peerId
    }

    await using again = await open(folder.path, [KAD])
    assert.equal(again.status().peerId, id)
  })

  test('needs the DHT protocol that it serves', async () => {
    using folder = new TempFolder()

    await assert.rejects(open(folder.path, []), { code: 'PP_CONFIG_INVALID', message: /^network\.protocols: the passive node needs/ })
  })
})
