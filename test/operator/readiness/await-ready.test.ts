import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { awaitReady } from '../../../operator/readiness/await-ready.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { ReadinessDeps } from '../../../operator/readiness/await-ready.ts'

const URL = 'http://probe-operator.lab.svc:9090'
const LIMITS = { limitMs: 10_000, everyMs: 1_000, answerMs: 5_000 }

type Answer = { status: number, body: string } | Error

// Answers in order, then repeats the last one.
function operatorThat (clock: FakeClock, answers: readonly Answer[]): { deps: ReadinessDeps, asked: string[] } {
  const asked: string[] = []
  const fetch: ReadinessDeps['fetch'] = async (url) => {
    asked.push(url)
    const answer = answers[Math.min(asked.length, answers.length) - 1]!

    if (answer instanceof Error) {
      throw answer
    }

    return await Promise.resolve({ status: answer.status, text: async () => await Promise.resolve(answer.body) })
  }

  return { deps: { clock, fetch }, asked }
}

suite('the check whether an operator is ready', () => {
  const { signal } = new AbortController()

  test('is repeated while there is no Service, no pod behind it, or an unready one', async () => {
    const clock = new FakeClock()
    const refused = new TypeError('fetch failed', { cause: new TypeError('connect ECONNREFUSED') })
    const { deps, asked } = operatorThat(clock, [refused, { status: 503, body: 'the API server is silent\n' }, { status: 200, body: 'ok\n' }])
    const done = awaitReady(deps, URL, LIMITS, signal)
    await clock.advance(5_000)
    await done

    assert.deepEqual(asked, Array(3).fill(`${URL}/readyz`))
  })

  test('ends with the last result when the time is up', async () => {
    const MET: [Answer, RegExp][] = [
      [new TypeError('fetch failed', { cause: new TypeError('getaddrinfo ENOTFOUND') }), /fetch failed \(getaddrinfo ENOTFOUND\)/],
      [{ status: 503, body: `${'stopping '.repeat(1_000)}\n` }, /503: stopping/],
      [{ status: 404, body: 'not found\n' }, /404: not found/]
    ]

    for (const [answer, words] of MET) {
      const clock = new FakeClock()
      const { deps, asked } = operatorThat(clock, [answer])
      const rejected = assert.rejects(awaitReady(deps, URL, LIMITS, signal), (err: Error & { code: string }) => {
        assert.equal(err.code, 'PP_OPERATOR_NOT_READY')
        assert.match(err.message, words)
        assert.ok(err.message.length < 500)
        return true
      })
      await clock.advance(20_000)
      await rejected
      assert.equal(asked.length, 10)
    }
  })

  test('ends with its process', async () => {
    const stop = new AbortController()
    const { deps } = operatorThat(new FakeClock(), [{ status: 503, body: '' }])
    const done = assert.rejects(awaitReady(deps, URL, LIMITS, stop.signal), { name: 'AbortError' })
    stop.abort()
    await done
  })

  test('accepts only HTTP URLs', async () => {
    for (const url of ['', 'probe-operator', 'file:///etc/passwd', 'probe-operator:9090']) {
      const { deps, asked } = operatorThat(new FakeClock(), [{ status: 200, body: '' }])
      await assert.rejects(awaitReady(deps, url, LIMITS, signal), { code: 'PP_CONFIG_INVALID' }, url)
      assert.deepEqual(asked, [])
    }
  })
})
