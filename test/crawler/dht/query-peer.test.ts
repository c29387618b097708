import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { KadProtocols } from '../../../crawler/dht/kad-protocol.ts'
import { queryPeer } from '../../../crawler/dht/query-peer.ts'
import { frame } from '../../../crawler/wire/frames.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { findNodeReply, nobodyId } from '../../support/network/peer-fixtures.ts'
import { ScriptedSession } from '../../support/network/scripted-session.ts'
import type { TableAnswer } from '../../../crawler/dht/read-routing-table.ts'
import type { SessionScript } from '../../support/network/scripted-session.ts'

const A = '/a/kad'
const B = '/b/kad'
const replyOf = (n: number): Uint8Array => frame(findNodeReply([{ id: nobodyId(n), addresses: [] }]))

interface Asked { answer: TableAnswer, streams: number }

async function ask (script: SessionScript, protocols: KadProtocols, listed: readonly string[] | undefined): Promise<Asked> {
  const clock = new FakeClock()
  const session = new ScriptedSession(script)
  const target = { id: nobodyId(9), addresses: [], plan: { strategy: 'Census', bucket: 1 } } as const
  const deps = { clock, protocols, requestTimeoutMs: 5_000, listed: Promise.resolve(listed) }
  const answer = await clock.runUntil(queryPeer(session, target, deps, new AbortController().signal))
  assert.equal(clock.pending, 0, 'no timer is left')

  return { answer, streams: session.sent.length }
}

suite('queryPeer', () => {
  test('queries by each protocol that the peer lists, and merges the answers', async () => {
    const { answer } = await ask({ protocols: [A, B], streams: [[replyOf(1), replyOf(2)], [replyOf(2), replyOf(3)]] }, new KadProtocols([A, B]), [B, A])

    assert.partialDeepStrictEqual(answer, { answered: 4, protocol: A, table: { queries: 4, failed: 0 } })
    assert.deepEqual(answer.table?.peers.map(({ id }) => id[9]), [1, 2, 3])
    assert.equal(answer.table.closest, 2)
  })

  test('queries by one protocol if the peer lists no other', async () => {
    assert.equal((await ask({ protocols: [A, B], streams: [[replyOf(1), replyOf(2)]] }, new KadProtocols([A, B]), [A])).streams, 1)
    assert.equal((await ask({ protocols: [A, B], streams: [[replyOf(1), replyOf(2)]] }, new KadProtocols([A, B]), undefined)).streams, 1)
  })

  test('continues by the agreed protocol when the peer ends its streams', async () => {
    const { answer, streams } = await ask({ protocols: [B], streams: [[replyOf(1)], [replyOf(2)]] }, new KadProtocols([A, B]), [B])

    assert.deepEqual([answer.answered, answer.protocol, streams], [2, B, 2])
  })

  test('uses the answers of another protocol if the first gives none', async () => {
    const { answer } = await ask({ protocols: [A, B], streams: [['reset'], [replyOf(1), replyOf(2)]] }, new KadProtocols([A, B]), [A, B])

    assert.partialDeepStrictEqual(answer, { answered: 2, protocol: B, table: { queries: 4, failed: 2 } })
    assert.equal(answer.fault, undefined)
  })

  test('reports the fault if no protocol gives an answer', async () => {
    const { answer } = await ask({ protocols: [A, B], streams: [['reset'], ['reset']] }, new KadProtocols([A, B]), [A, B])

    assert.partialDeepStrictEqual(answer, { answered: 0, fault: { outcome: 'reset' }, table: { queries: 4, failed: 4 } })
  })

  test('tries two learnt protocols before identify, and all of them without identify', async () => {
    const learnt = (): KadProtocols => {
      const protocols = new KadProtocols([])
      protocols.confirm(A, { listed: [A, B, '/c/kad'] })

      return protocols
    }
    const late = { protocols: ['/c/kad'], streams: [[replyOf(1), replyOf(2)]] }

    assert.equal((await ask(late, learnt(), ['/c/kad'])).answer.protocol, '/c/kad')
    assert.equal((await ask(late, learnt(), undefined)).answer.protocol, '/c/kad')
    assert.equal((await ask(late, learnt(), ['/x'])).answer.protocol, undefined)
  })
})
