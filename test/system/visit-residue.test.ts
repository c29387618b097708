import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { setImmediate as round } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { Scan } from '../../core/contracts/scan.ts'
import { systemClock } from '../../core/time/clock.ts'
import { parseAddress } from '../../crawler/address/address.ts'
import { openLanes } from '../../crawler/lanes/open-lanes.ts'
import { parsePeerId } from '../../crawler/peer/peer-id-text.ts'
import { DevnetProcess } from '../../local/devnet/spawn.ts'
import { ScriptedDns } from '../support/network/scripted-dns.ts'
import { until } from '../support/until.ts'
import type { Outcome } from '../../core/contracts/outcome.ts'
import type { VisitTarget } from '../../crawler/dht/visit-target.ts'
import type { PeerTruth } from '../../local/devnet/truth.ts'

const VISITS = 10_000
const CONCURRENCY = 16

/** One in this many visits is to a peer that never answers, which takes the full time of a dial. */
const SELDOM = 100

/** Turns of the event loop after which all timers of visits must be gone. A forgotten timer would outlive them and fire later. */
const ROUNDS = 100

const target = ({ id, addresses }: PeerTruth, bucket: number): VisitTarget => ({
  id: parsePeerId(id)!,
  addresses: addresses.map(text => parseAddress(text)!.address),
  plan: { strategy: 'Census', bucket: bucket % 16 }
})

/** Open handles, timers and requests of this process, by kind. */
const resources = (): Record<string, number> => Object.fromEntries(
  Object.entries(Object.groupBy(process.getActiveResourcesInfo(), kind => kind)).map(([kind, all = []]) => [kind, all.length])
)

test('10,000 visits to peers of every kind leave no handle, timer or listener behind', async (t) => {
  const { signal } = new AbortController()
  await using devnet = await DevnetProcess.open({ peers: 8 }, signal)
  const { kadProtocol, peers } = devnet.truth
  const { addresses } = Scan.parse({ name: 'main', network: { preset: 'ipfs' }, addresses: { policy: 'Any' } })
  await using visitor = await openLanes({
    kadProtocols: [kadProtocol],
    agentVersion: 'peerprobe/test',
    addresses,
    dialTimeoutMs: 1_000,
    visitTimeoutMs: 10_000
  }, { clock: systemClock, dns: new ScriptedDns() })
  const outcomes = new Map<Outcome, number>()
  const silent = peers.filter(({ expectedOutcome }) => expectedOutcome === 'timeout')
  const others = peers.filter(({ expectedOutcome }) => expectedOutcome !== 'timeout')
  const pick = (i: number): PeerTruth => i % SELDOM === 0 ? silent[i / SELDOM % silent.length]! : others[i % others.length]!
  let next = 0
  const before = resources()

  await Promise.all(Array.from({ length: CONCURRENCY }, async () => {
    while (next < VISITS) {
      const i = next++
      const { outcome } = await visitor.visit(target(pick(i), i), signal)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    }
  }))

  for (let i = 0; i < ROUNDS && resources()['Timeout'] !== before['Timeout']; i++) {
    await round()
  }

  assert.equal(resources()['Timeout'], before['Timeout'])
  // A socket is gone when the other process has seen the close too. Leaked sockets never go.
  await until('no handle is left', () => isDeepStrictEqual(resources(), before)).catch(() => undefined) // the next assertion shows the rest
  assert.deepEqual(resources(), before)
  assert.equal(getEventListeners(signal, 'abort').length, 0)
  assert.deepEqual(peers.filter(({ expectedOutcome }) => !outcomes.has(expectedOutcome)), [], 'visits of every kind were made')
  t.diagnostic(JSON.stringify(Object.fromEntries(outcomes)))
})
