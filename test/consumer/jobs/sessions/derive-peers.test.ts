import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CrawlTimeline } from '../../../../consumer/jobs/sessions/crawl-timeline.ts'
import { PeerDeriver } from '../../../../consumer/jobs/sessions/derive-peers.ts'
import type { SessionBasis, SessionKey, SessionStore } from '../../../../consumer/store/model/session-store.ts'
import type { Session, SessionVisit } from '../../../../consumer/store/model/session.ts'
import type { Outcome } from '../../../../core/contracts/outcome.ts'

const SCAN = { scanId: 1, scan: 'a/b/main', network: 'ipfs', vantage: '' }
const PEER = { peerId: 1, nodeId: 'QmPeer' }
const crawls = Array.from({ length: 60 }, (_, n) => ({ ...SCAN, crawlId: n * 600, isConclusive: true }))
const basis: SessionBasis = { generation: 1, rules: 1, edgeCrawlId: 0, changes: [], scans: [SCAN], crawls, progress: [] }
const at = (n: number): number => n * 600_000 + 5_000
const visits = (outcomes: readonly (readonly [number, Outcome])[]): SessionVisit[] =>
  outcomes.map(([n, outcome]) => ({ startedAtMs: at(n), scanId: 1, crawlId: n * 600, attempt: 1, outcome }))

interface Change { removed: readonly SessionKey[], written: readonly Session[] }

/** A store with the visits of one peer, which remembers what it was asked. */
function storeOf (all: readonly SessionVisit[], stored: Session[] = []): { store: SessionStore, reads: number[], changes: Change[] } {
  const reads: number[] = []
  const changes: Change[] = []
  const unused = (): never => {
    throw new TypeError('not used')
  }

  return {
    reads,
    changes,
    store: {
      begin: unused,
      changedPeers: unused,
      peersAfter: unused,
      peersOf: unused,
      complete: unused,
      removeEndedBefore: unused,
      visitsOf: async (peerIds, fromMs) => {
        reads.push(fromMs)
        return await Promise.resolve(new Map(peerIds.map(peerId => [peerId, all.filter(({ startedAtMs }) => startedAtMs >= fromMs)])))
      },
      sessionsOf: async () => await Promise.resolve(new Map(stored.length === 0 ? [] : [[PEER.nodeId, stored]])),
      replace: async (_, removed, written) => {
        changes.push({ removed, written })
        await Promise.resolve()
      }
    }
  }
}

async function derive (store: SessionStore, since: number): Promise<void> {
  await new PeerDeriver({ store, basis, timeline: new CrawlTimeline(crawls) }).derive([{ ...PEER, sinceMs: at(since) }])
}

const sessionOf = (firstOk: number, lastOk: number, of: Partial<Session> = {}): Session => ({
  nodeId: PEER.nodeId,
  network: 'ipfs',
  vantage: '',
  firstOkMs: at(firstOk),
  lastOkMs: at(lastOk),
  absentBeforeMs: null,
  firstFailMs: null,
  probes: lastOk - firstOk + 1,
  failures: 0,
  recovered: 0,
  endOutcome: null,
  ...of
})

suite('derivation of a page of peers', () => {
  test('a peer that keeps failing costs the visits that are new', async () => {
    const { store, reads, changes } = storeOf(visits([[0, 'timeout'], [1, 'timeout'], [50, 'timeout']]))
    await derive(store, 50)

    assert.deepEqual(reads, [at(50)])
    assert.deepEqual(changes, [{ removed: [], written: [] }])
  })

  test('a peer that is contacted again is read once more, for the failure before', async () => {
    const { store, reads, changes } = storeOf(visits([[0, 'timeout'], [47, 'timeout'], [50, 'ok']]))
    await derive(store, 50)

    assert.deepEqual(reads, [at(50), at(50) - 8 * 600_000])
    assert.deepEqual(changes[0]?.written.map(({ absentBeforeMs, firstOkMs }) => [absentBeforeMs, firstOkMs]), [[at(47), at(50)]])
  })

  test('a session goes on from its last contact, and is written only if it changed', async () => {
    const open = sessionOf(1, 49, { absentBeforeMs: at(0) })
    const same = storeOf(visits([[49, 'ok']]), [open])
    await derive(same.store, 49)
    const more = storeOf(visits([[49, 'ok'], [50, 'ok']]), [open])
    await derive(more.store, 50)

    assert.deepEqual([same.reads, same.changes], [[at(49)], [{ removed: [], written: [] }]])
    assert.deepEqual(more.changes[0]?.written.map(({ lastOkMs, probes, absentBeforeMs }) => [lastOkMs, probes, absentBeforeMs]), [[at(50), 50, at(0)]])
  })

  test('a session that no longer follows from the visits is removed', async () => {
    const wrong = sessionOf(20, 21)
    const { store, changes } = storeOf(visits([[19, 'ok'], [20, 'ok'], [21, 'ok']]), [wrong])
    await derive(store, 19)

    assert.deepEqual(changes[0]?.removed.map(({ firstOkMs }) => firstOkMs), [at(20)])
    assert.deepEqual(changes[0].written.map(({ firstOkMs, probes }) => [firstOkMs, probes]), [[at(19), 3]])
  })
})
