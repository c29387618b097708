import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { nextThirdQuestion, TWO_QUESTIONS } from '../../../../crawler/engine/coverage/third-question.ts'
import type { ThirdQuestion } from '../../../../crawler/engine/coverage/third-question.ts'

const after = (shares: (number | undefined)[], before: ThirdQuestion = TWO_QUESTIONS): ThirdQuestion =>
  shares.reduce<ThirdQuestion>((state, share) => nextThirdQuestion(state, share === undefined ? undefined : { share }), before)

suite('nextThirdQuestion', () => {
  test('asks below 99 %, not at 99 %', () => {
    assert.equal(after([0.9899]).isAsked, true)
    assert.equal(after([0.99]).isAsked, false)
  })

  test('asks on until three crawls in a row are above 99.5 %', () => {
    assert.equal(after([0.9, 0.996, 0.996]).isAsked, true)
    assert.equal(after([0.9, 0.996, 0.996, 0.996]).isAsked, false)
    assert.equal(after([0.9, 0.996, 0.996, 0.995, 0.996, 0.996]).isAsked, true)
    assert.equal(after([0.9, 0.996, 0.992, 0.996, 0.996, 0.996]).isAsked, false)
  })

  test('changes nothing without an estimate', () => {
    assert.deepEqual(after([undefined]), TWO_QUESTIONS)
    assert.deepEqual(after([0.9, 0.996, undefined]), { isAsked: true, goodCrawls: 1 })
  })

  test('begins again after a relapse', () => {
    assert.deepEqual(after([0.9, 1, 1, 1, 0.95]), { isAsked: true, goodCrawls: 0 })
  })
})
