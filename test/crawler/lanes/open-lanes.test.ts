import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { systemClock } from '../../../core/time/clock.ts'
import { FAST_LANE, FULL_LANE } from '../../../crawler/lanes/lane-abilities.ts'
import { LaneChoice } from '../../../crawler/lanes/lane-choice.ts'
import { LANE_KINDS, openLanes } from '../../../crawler/lanes/open-lanes.ts'
import { nobodyId } from '../../support/network/peer-fixtures.ts'
import { startSocketPeer } from '../../support/network/peers.ts'
import { ScriptedDns } from '../../support/network/scripted-dns.ts'
import type { LaneKind } from '../../../crawler/lanes/open-lanes.ts'
import type { VisitorDeps, VisitorOptions } from '../../../crawler/visit/visitor-options.ts'
import type { Visitor } from '../../../crawler/visit/visitor.ts'

const NA = Buffer.from('\u0013/multistream/1.0.0\n\u0003na\n', 'latin1')
const PLAINTEXT_TOO = { ...FULL_LANE, securities: ['/noise', '/plaintext/2.0.0'] }
const deps = { clock: systemClock, dns: new ScriptedDns() }
const signal = new AbortController().signal
const options: VisitorOptions = {
  kadProtocols: [],
  agentVersion: 'peerprobe/test',
  addresses: { policy: 'Any', deny: [], maxDialsPerIP: 4, maxDialsPerSubnet: 32 },
  dialTimeoutMs: 1_500,
  visitTimeoutMs: 4_500
}

/** A lane that writes down that it was opened and closed. */
function noting (journal: string[], name: string, abilities = FAST_LANE): LaneKind {
  return {
    abilities,
    async open () {
      await Promise.resolve(journal.push(`open ${name}`))
      const visitor: Visitor = {
        visit: async () => await Promise.resolve({ lane: 'full', startedAtMs: 0, durationMs: 0, outcome: 'ok', attempts: [] }),
        async [Symbol.asyncDispose] () {
          await Promise.resolve(journal.push(`close ${name}`))
        }
      }

      return visitor
    }
  }
}

suite('openLanes', () => {
  test('opens the fast and the QUIC lane, since the full one could do nothing for a peer that they cannot', async () => {
    await using peer = await startSocketPeer(nobodyId(1), socket => socket.write(NA))
    await using visitor = await openLanes(options, deps, signal)
    const { outcome, lane, attempts } = await visitor.visit(peer.target, signal)

    assert.ok(visitor instanceof LaneChoice)
    assert.deepEqual([outcome, lane, attempts.length], ['security-unsupported', 'fast', 1])
  })

  test('sends a peer that refuses Noise to the full lane once that speaks more', async () => {
    await using peer = await startSocketPeer(nobodyId(1), socket => socket.write(NA))
    await using visitor = await openLanes(options, deps, signal, [LANE_KINDS[0], { ...LANE_KINDS[2]!, abilities: PLAINTEXT_TOO }])
    const { outcome, attempts } = await visitor.visit(peer.target, signal)

    assert.ok(visitor instanceof LaneChoice)
    assert.deepEqual([outcome, attempts.length], ['security-unsupported', 2])
  })

  test('gives all lanes one count of the dials to an address, and what one of them learns', async () => {
    const given: VisitorDeps[] = []
    const kind = (abilities: LaneKind['abilities']): LaneKind => ({ abilities, open: async (_, laneDeps) => {
      given.push(laneDeps)
      return await noting([], 'lane').open(options, laneDeps, signal)
    } })
    await (await openLanes(options, deps, signal, [kind(FAST_LANE), kind(PLAINTEXT_TOO)]))[Symbol.asyncDispose]()

    assert.equal(given.length, 2)
    assert.ok(given[0]?.limits !== undefined && given[0].limits === given[1]?.limits)
    assert.ok(given[0].protocols !== undefined && given[0].protocols === given[1].protocols)
  })

  test('opens the lanes that are of use in their order and closes them in the reverse one', async () => {
    const journal: string[] = []
    const visitor = await openLanes(options, deps, signal, [noting(journal, 'fast'), noting(journal, 'useless'), noting(journal, 'full', PLAINTEXT_TOO)])
    await visitor[Symbol.asyncDispose]()

    assert.deepEqual(journal, ['open fast', 'open full', 'close full', 'close fast'])
  })

  test('leaves no lane open when another does not open', async () => {
    const journal: string[] = []
    const broken: LaneKind = { abilities: PLAINTEXT_TOO, open: async () => await Promise.reject(new TypeError('does not open')) }

    await assert.rejects(openLanes(options, deps, signal, [noting(journal, 'fast'), broken]), TypeError)
    assert.deepEqual(journal, ['open fast', 'close fast'])
  })
})
