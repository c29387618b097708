import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { ProbeError } from '../../../core/errors.ts'
import { backoffMs, retry } from '../../../core/time/backoff.ts'

suite('backoffMs', () => {
  test('doubles from the initial wait to the longest one', () => {
    const waits = [1, 2, 3, 4, 5].map(attempt => backoffMs(attempt, { initialMs: 500, maxMs: 3_000, jitter: 0 }))

    assert.deepEqual(waits, [500, 1_000, 2_000, 3_000, 3_000])
  })

  test('stays within its jitter for any randomness', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, random) => {
      const full = backoffMs(attempt, { jitter: 0 })
      const wait = backoffMs(attempt, { jitter: 0.5, random: () => random })

      assert.ok(wait <= full && wait >= full / 2 - 1)
    }))
  })
})

suite('retry', () => {
  const signal = new AbortController().signal
  const noWait = async (): Promise<void> => undefined

  test('returns the first success and reports each failure before it', async () => {
    const seen: number[] = []
    const result = await retry(async (attempt) => {
      if (attempt < 3) {
        throw new ProbeError('PP_BUS_UNAVAILABLE', 'down')
      }
      return 'stored'
    }, { signal, attempts: 5, wait: noWait, onRetry: (_, attempt) => seen.push(attempt) })

    assert.equal(result, 'stored')
    assert.deepEqual(seen, [1, 2])
  })

  test('gives up at once on an error that the table calls final, and on an unknown one', async () => {
    for (const err of [new ProbeError('PP_CONFIG_INVALID', 'bad'), new TypeError('bug')]) {
      let attempts = 0
      await assert.rejects(retry(async () => {
        attempts++
        throw err
      }, { signal, attempts: 5, wait: noWait }), err)
      assert.equal(attempts, 1)
    }
  })

  test('throws the last failure when the attempts are used up', async () => {
    let attempts = 0
    await assert.rejects(retry(async () => {
      attempts++
      throw new ProbeError('PP_BUS_UNAVAILABLE', `try ${String(attempts)}`)
    }, { signal, attempts: 3, wait: noWait }), /try 3/)
  })

  test('stops waiting when the signal aborts', async () => {
    const controller = new AbortController()
    const running = retry(async () => {
      throw new ProbeError('PP_BUS_UNAVAILABLE', 'down')
    }, { signal: controller.signal, attempts: Infinity, initialMs: 600_000, onRetry: () => {
      queueMicrotask(() => {
        controller.abort()
      })
    } })

    await assert.rejects(running, { name: 'AbortError' })
  })
})
