import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CoverageSurvey } from '../../../../crawler/engine/coverage/coverage-survey.ts'
import { Frontier } from '../../../../crawler/engine/frontier/frontier.ts'
import { randomOf } from '../../../support/network/simulated-network-random.ts'
import { addressOf, isDialable, peerIdOf } from '../../../support/network/simulated-network.ts'
import type { Outcome } from '../../../../core/contracts/outcome.ts'

// A frontier whose peers were all visited, each with an outcome.
function visited (outcomes: readonly Outcome[]): Frontier {
  const frontier = new Frontier({ isDialable }, { maxPeers: 1_000 })
  outcomes.forEach((outcome, i) => {
    frontier.seed({ id: peerIdOf(String(i)), addresses: [addressOf(i)] }, 'connected')
    frontier.complete(frontier.take()!, outcome)
  })

  return frontier
}

suite('CoverageSurvey', () => {
  test('asks only peers that answered questions of the DHT', () => {
    const frontier = visited(['ok', 'identified', 'rpc-failed', 'timeout', 'connected', 'ok'])
    const survey = new CoverageSurvey({ frontier, planOf: () => ({ strategy: 'Census', bucket: 5 }), random: randomOf(1) })
    const asked = [survey.take(), survey.take(), survey.take()].flatMap(question => question === undefined ? [] : [question.peer.outcome])

    assert.deepEqual(asked, ['ok', 'ok'])
    assert.equal(survey.isOver, true)
  })

  test('asks nobody where the visits asked for every bucket that exists: then nothing was missed', () => {
    const survey = new CoverageSurvey({ frontier: visited(['ok', 'ok']), planOf: () => ({ strategy: 'Census', bucket: 0 }), random: randomOf(1) })

    assert.equal(survey.hasBegun, false)
    assert.equal(survey.take(), undefined)
    assert.deepEqual([survey.hasBegun, survey.isOver], [true, true])
    assert.deepEqual(survey.result(), { coverage: { share: 1, low: 1, high: 1, mentioned: 0, found: 0, sampled: 0, questions: 0 } })
  })

  test('knows no coverage where nobody answered a question of the DHT', () => {
    const survey = new CoverageSurvey({ frontier: visited(['identified', 'timeout']), planOf: () => ({ strategy: 'Census', bucket: 0 }), random: randomOf(1) })

    assert.equal(survey.take(), undefined)
    assert.deepEqual(survey.result(), { coverageGap: 'no-answer' })
  })
})
