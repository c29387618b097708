import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { limitQuestions, QuestionLimit, QUESTIONS_AT_ONCE, QUESTIONS_PER_SECOND } from '../../../crawler/passive/question-limit.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const allowed = (limit: QuestionLimit, peer: string, asked: number): number => Array.from({ length: asked }, () => limit.take(peer)).filter(Boolean).length

suite('the limit of questions', () => {
  test('a peer may ask many at once, then some each second, and costs no other peer a question', async () => {
    const clock = new FakeClock()
    const limit = new QuestionLimit(clock)

    assert.equal(allowed(limit, 'flood', 5_000), QUESTIONS_AT_ONCE)
    assert.equal(allowed(limit, 'other', 16), 16)
    await clock.advance(1_000)
    assert.equal(allowed(limit, 'flood', 5_000), QUESTIONS_PER_SECOND)
    await clock.advance(3_600_000)
    assert.equal(allowed(limit, 'flood', 5_000), QUESTIONS_AT_ONCE)
  })

  test('a DHT that handles messages in another way is refused when the node is made', () => {
    assert.throws(() => {
      limitQuestions({ rpc: {} }, new QuestionLimit(new FakeClock()))
    }, TypeError)
  })

  test('what is over the limit is not handled', async () => {
    const handled: unknown[] = []
    const rpc = { handleMessage: async (_: unknown, message: unknown) => {
      await Promise.resolve()
      handled.push(message)
    } }
    limitQuestions({ rpc }, new QuestionLimit(new FakeClock()))
    const results = await Promise.allSettled(Array.from({ length: 300 }, async (_, i) => {
      await rpc.handleMessage('peer', i)
    }))

    assert.equal(handled.length, QUESTIONS_AT_ONCE)
    assert.equal(results.filter(({ status }) => status === 'rejected').length, 300 - QUESTIONS_AT_ONCE)
  })
})
