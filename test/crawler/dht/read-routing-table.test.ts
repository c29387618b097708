import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { defined } from '../../../core/defined.ts'
import { readRoutingTable } from '../../../crawler/dht/read-routing-table.ts'
import { concatBytes } from '../../../crawler/wire/bytes.ts'
import { FrameReader, frame } from '../../../crawler/wire/frames.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { findNodeReply, KAD_PROTOCOL, nobodyId, plainPeers } from '../../support/network/peer-fixtures.ts'
import { ScriptedSession } from '../../support/network/scripted-session.ts'
import type { TableAnswer } from '../../../crawler/dht/read-routing-table.ts'
import type { QueryPlan } from '../../../crawler/dht/visit-target.ts'
import type { SessionScript } from '../../support/network/scripted-session.ts'

const CENSUS = { strategy: 'Census', bucket: 3 } as const

function answerWith (...peers: number[]): Uint8Array {
  return frame(findNodeReply(peers.map(n => ({ id: nobodyId(n), addresses: [Uint8Array.of(n)] }))))
}

function framesIn (bytes: Uint8Array): number {
  const frames = new FrameReader(1_000)
  frames.push(bytes)
  let count = 0

  while (frames.next() !== undefined) {
    count++
  }

  return count
}

async function ask (streams: SessionScript['streams'], plan: QueryPlan = CENSUS, signal = new AbortController().signal): Promise<{ answer: TableAnswer, session: ScriptedSession }> {
  const clock = new FakeClock()
  const session = new ScriptedSession({ protocols: [KAD_PROTOCOL], ...defined({ streams }) })
  const open = async (first: Uint8Array): ReturnType<ScriptedSession['openQueries']> => await session.openQueries([KAD_PROTOCOL], first)
  const answer = await clock.runUntil(readRoutingTable({ id: nobodyId(9), addresses: [], plan }, { clock, open }, 5_000, signal))
  assert.equal(clock.pending, 0, 'no timer is left')

  return { answer, session }
}

suite('readRoutingTable', () => {
  test('all queries of a burst are sent with the opening of one stream', async () => {
    const { session } = await ask([[answerWith(1), answerWith(2)]])

    assert.deepEqual(session.sent.map(sent => sent.map(framesIn)), [[2]])
  })

  test('answers are matched by order and merged', async () => {
    const { answer } = await ask([[answerWith(1, 2), answerWith(2, 3)]])

    const peers = [1, 2, 3].map(n => ({ id: nobodyId(n), addresses: [Uint8Array.of(n)] }))

    assert.deepEqual({ ...answer.table, peers: plainPeers(answer.table?.peers) }, { queries: 2, failed: 0, peers, closest: 2 })
    assert.deepEqual([answer.answered, answer.protocol, answer.fault], [2, KAD_PROTOCOL, undefined])
  })

  test('the peers of the first answer are the closest, unless a bucket alone is asked for', async () => {
    const sample = { strategy: 'Sample', bucket: 3 } as const

    assert.partialDeepStrictEqual((await ask([[answerWith(1, 2, 3), answerWith(4)]])).answer.table, { closest: 3 })
    assert.partialDeepStrictEqual((await ask([[answerWith(1, 1), answerWith(1)]])).answer.table, { closest: 1 })
    assert.partialDeepStrictEqual((await ask([[frame(Uint8Array.of(0xff)), answerWith(1)]])).answer.table, { closest: 0 })
    assert.partialDeepStrictEqual((await ask([[answerWith(1, 2)]], sample)).answer, { answered: 1, table: { queries: 1, failed: 0, closest: 0 } })
  })

  test('answers may arrive in one chunk or cut anywhere', async () => {
    const bytes = concatBytes([answerWith(1), answerWith(2)])

    assert.equal((await ask([[bytes]])).answer.answered, 2)
    assert.equal((await ask([Array.from(bytes, byte => Uint8Array.of(byte))])).answer.answered, 2)
  })

  test('an answer without peers counts', async () => {
    assert.deepEqual((await ask([[answerWith(), answerWith()]])).answer.table, { queries: 2, failed: 0, peers: [], closest: 0 })
  })

  test('a malformed answer fails only its own query', async () => {
    assert.partialDeepStrictEqual((await ask([[frame(Uint8Array.of(0xff)), answerWith(1)]])).answer, { answered: 1, table: { queries: 2, failed: 1 } })
  })

  test('answers before a peer fell silent are kept', async () => {
    assert.partialDeepStrictEqual((await ask([[answerWith(1), 'hang']])).answer, { answered: 1, table: { queries: 2, failed: 1 }, fault: { outcome: 'timeout' } })
  })

  test('each answer gets the full time limit of a request', async () => {
    const clock = new FakeClock()
    const replies = Array.from({ length: 9 }, (_, i) => answerWith(i))
    const open = async (): ReturnType<ScriptedSession['openQueries']> => ({
      protocol: KAD_PROTOCOL,
      send: () => undefined,
      [Symbol.dispose]: () => undefined,
      read: async () => await new Promise(resolve => clock.after(4_000, () => {
        resolve(replies.shift())
      }))
    })
    const answer = await clock.runUntil(readRoutingTable({ id: nobodyId(9), addresses: [], plan: { strategy: 'Topology' } }, { clock, open }, 5_000, new AbortController().signal))

    assert.equal(answer.table?.failed, 0)
  })

  test('after a stream that ends after an answer, another one is opened for the rest', async () => {
    const { answer, session } = await ask([[answerWith(1)], [answerWith(2)]])

    assert.partialDeepStrictEqual(answer, { answered: 2, table: { queries: 2, failed: 0 } })
    assert.deepEqual(session.sent.map(sent => sent.map(framesIn)), [[2], [1]])
  })

  test('so is after a stream that is reset after an answer', async () => {
    assert.equal((await ask([[answerWith(1), 'reset'], [answerWith(2)]])).answer.answered, 2)
  })

  test('a stream without an answer is the last', async () => {
    const { answer, session } = await ask([[answerWith(1)], [], [answerWith(2)]])

    assert.partialDeepStrictEqual(answer, { answered: 1, table: { queries: 2, failed: 1 } })
    assert.equal(session.sent.length, 2)
    assert.deepEqual((await ask([['reset']])).answer.fault, { outcome: 'reset' })
  })

  test('at most four streams are opened', async () => {
    const { answer, session } = await ask(Array.from({ length: 9 }, (_, i) => [answerWith(i)]), { strategy: 'Topology' })

    assert.equal(session.sent.length, 4)
    assert.equal(answer.answered, 4)
  })

  test('a length above the limit ends the queries as a protocol error', async () => {
    assert.partialDeepStrictEqual((await ask([[Uint8Array.of(0x80, 0x80, 0x80, 0x01)]])).answer, { answered: 0, fault: { outcome: 'protocol-error' } })
  })

  test('there is no table if the protocol is refused', async () => {
    const clock = new FakeClock()
    const target = { id: nobodyId(9), addresses: [], plan: CENSUS }
    const answer = await readRoutingTable(target, { clock, open: async () => undefined }, 5_000, new AbortController().signal)

    assert.deepEqual(answer, { answered: 0 })
    assert.equal(clock.pending, 0)
  })

  test('an abort ends the queries as aborted', async () => {
    assert.deepEqual((await ask([['hang']], CENSUS, AbortSignal.abort())).answer.fault, { outcome: 'aborted' })
  })
})
