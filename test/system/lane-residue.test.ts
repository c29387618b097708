// Leaked connections show as memory of the process, as file descriptors and as handles. Those of QUIC and TLS are
// outside V8's heap.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { suite, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Scan } from '../../core/contracts/scan.ts'
import { systemClock } from '../../core/time/clock.ts'
import { parseAddress } from '../../crawler/address/address.ts'
import { openClientVisitor } from '../../crawler/client/client-visitor.ts'
import { parsePeerId } from '../../crawler/peer/peer-id-text.ts'
import { openQuicVisitor } from '../../crawler/quic/quic-visitor.ts'
import { LanePeersProcess } from '../support/libp2p/lane-peers-process.ts'
import { ScriptedDns } from '../support/network/scripted-dns.ts'
import { until } from '../support/until.ts'
import type { VisitTarget } from '../../crawler/dht/visit-target.ts'
import type { Visitor } from '../../crawler/visit/visitor.ts'

const MANY = process.env['PEERPROBE_FULL'] === '1' ? 5_000 : 1_500

/**
 * After the warm-up the libraries' own pools have their final size, at least on a quiet machine. A leaked connection
 * would keep about 40 kB, in every round of visits. Growth in one round but not in later ones is a pool.
 */
const CASES = [
  { way: 'quic-v1', open: openQuicVisitor, visits: 5_000, warmUp: 3_000, maxGrowthMb: 120 },
  { way: 'ws', open: openClientVisitor, visits: MANY, warmUp: 500, maxGrowthMb: 60 },
  { way: 'relay', open: openClientVisitor, visits: MANY, warmUp: 500, maxGrowthMb: 60 },
  { way: 'tls', open: openClientVisitor, visits: MANY, warmUp: 3_000, maxGrowthMb: 60 }
] as const

const CONCURRENCY = 32
const ROUNDS = 3
const { signal } = new AbortController()
const { addresses } = Scan.parse({ name: 'main', network: { preset: 'ipfs' }, addresses: { policy: 'Any', maxDialsPerIP: 1_024, maxDialsPerSubnet: 1_024 } })
const options = { kadProtocols: ['/strange/kad/1.0.0'], agentVersion: 'peerprobe/test', addresses, dialTimeoutMs: 5_000, visitTimeoutMs: 10_000 }

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

async function visitMany (visitor: Visitor, target: VisitTarget, count: number): Promise<void> {
  let next = 0

  await Promise.all(Array.from({ length: CONCURRENCY }, async () => {
    while (next++ < count) {
      const { outcome, detail } = await visitor.visit(target, signal)
      assert.equal(outcome, 'identified', detail)
    }
  }))
}

interface State { descriptors: number, handles: number, megabytes: number }

function state (): State {
  collectGarbage()

  return { descriptors: readdirSync('/proc/self/fd').length, handles: process.getActiveResourcesInfo().length, megabytes: process.memoryUsage.rss() / 1_048_576 }
}

// Two equal counts: delayed closes are complete.
async function settled (): Promise<State> {
  let last = state()

  await until('descriptors and handles stay', async () => {
    await delay(500)
    const before = last
    last = state()

    return last.descriptors === before.descriptors && last.handles === before.handles
  })

  return last
}

suite('visits in a row leave no descriptor, no handle and no memory behind', () => {
  for (const { way, open, visits, warmUp, maxGrowthMb } of CASES) {
    test(`${String(visits)} by ${way}`, async (t) => {
      await using peers = await LanePeersProcess.open()
      const { id, address } = peers.peers[way]
      await using visitor = await open(options, { clock: systemClock, dns: new ScriptedDns() })
      const target: VisitTarget = { id: parsePeerId(id)!, addresses: [parseAddress(address)!.address], plan: { strategy: 'Census', bucket: 0 } }
      await visitMany(visitor, target, warmUp)
      const rounds: State[] = [await settled()]
      const growth = (): number => rounds.at(-1)!.megabytes - rounds.at(-2)!.megabytes

      do {
        const { descriptors, handles } = rounds[0]!
        await visitMany(visitor, target, visits)
        // Not equal but at most: garbage of the last test may be collected meanwhile.
        await until('no descriptor and no handle is left', () => {
          const now = state()
          return now.descriptors <= descriptors && now.handles <= handles
        })
        rounds.push(await settled())
      } while (growth() >= maxGrowthMb && rounds.length <= ROUNDS)

      t.diagnostic(JSON.stringify(rounds))
      assert.ok(growth() < maxGrowthMb, JSON.stringify(rounds))
    })
  }
})
