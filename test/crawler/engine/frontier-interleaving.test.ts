import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { isContacted } from '../../../core/contracts/outcome.ts'
import { Frontier } from '../../../crawler/engine/frontier/frontier.ts'
import { addressOf, isDialable, peerIdOf } from '../../support/network/simulated-network.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { FrontierPeer } from '../../../crawler/engine/frontier/frontier-peer.ts'
import type { PeerRecord } from '../../../crawler/peer/peer-record.ts'

const peer = (name: string, ...addresses: number[]): PeerRecord => ({ id: peerIdOf(name), addresses: addresses.map(addressOf) })

suite('Frontier under any interleaving', () => {
  const names = Array.from({ length: 12 }, (_, i) => `p${String(i)}`)
  const mentioned = fc.array(fc.tuple(fc.constantFrom(...names), fc.array(fc.nat({ max: 5 }), { maxLength: 3 })), { maxLength: 6 })
  const outcome = fc.constantFrom<Outcome>('ok', 'identified', 'timeout', 'refused', 'aborted')
  const command = fc.oneof(
    fc.record({ kind: fc.constant('take' as const) }),
    fc.record({ kind: fc.constant('complete' as const), which: fc.nat({ max: 20 }), outcome, mentioned }),
    fc.record({ kind: fc.constant('seed' as const), mentioned })
  )

  test('visits each peer at most twice, never twice at once, and a second time only after a failure; the counts add up', () => {
    fc.assert(fc.property(fc.array(command, { maxLength: 60 }), fc.integer({ min: 1, max: 14 }), (commands, maxPeers) => {
      const frontier = new Frontier({ isDialable }, { maxPeers })
      const inFlight: FrontierPeer[] = []
      const history = new Map<FrontierPeer, (Outcome | undefined)[]>()
      const records = (list: [string, number[]][]): PeerRecord[] => list.map(([name, addresses]) => peer(name, ...addresses))
      const take = (): boolean => {
        const taken = frontier.take()

        if (taken === undefined) {
          return false
        }

        const before = history.get(taken) ?? []
        assert.ok(!inFlight.includes(taken))
        assert.ok(before.length < 2 && before.every(last => last !== undefined && !isContacted(last)))
        assert.equal(taken.attempt, before.length + 1)
        history.set(taken, [...before, undefined])
        inFlight.push(taken)
        return true
      }
      const complete = (which: number, result: Outcome, peers: PeerRecord[]): void => {
        const [ended] = inFlight.splice(which % inFlight.length, 1)
        history.get(ended!)!.splice(-1, 1, result)
        frontier.complete(ended!, result)
        frontier.learn(ended!, { queries: 1, peers })
      }
      const addUp = (): void => {
        assert.equal(frontier.inFlight, inFlight.length)
        assert.equal(frontier.queued + frontier.inFlight + frontier.done, frontier.found)
        assert.ok(frontier.found <= maxPeers && frontier.queued >= 0)
        assert.equal([...frontier.peers()].filter(({ state }) => state === 'queued').length, frontier.queued)
      }

      for (const step of commands) {
        if (step.kind === 'take') {
          take()
        } else if (step.kind === 'seed') {
          records(step.mentioned).forEach((record) => {
            frontier.seed(record, 'known')
          })
        } else if (inFlight.length > 0) {
          complete(step.which, step.outcome, records(step.mentioned))
        }

        addUp()
      }

      while (take() || inFlight.length > 0) {
        complete(0, 'timeout', [])
        addUp()
      }

      assert.equal(history.size, frontier.found)
      assert.equal(frontier.done, frontier.found)
    }), { numRuns: 500 })
  })
})
