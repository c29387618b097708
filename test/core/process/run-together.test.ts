import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { runTogether } from '../../../core/process/run-together.ts'
import { aborted } from '../../../core/time/signals.ts'

suite('runTogether', () => {
  test('ends when all tasks have ended', async () => {
    const done: string[] = []
    await runTogether(['a', 'b'].map(name => async () => {
      done.push(name)
    }), new AbortController().signal)

    assert.deepEqual(done, ['a', 'b'])
  })

  test('takes tasks that end because they were aborted for ended', async () => {
    const controller = new AbortController()
    const running = runTogether([
      async (signal) => {
        await aborted(signal)
        signal.throwIfAborted()
      },
      async (signal) => {
        await aborted(signal)
      }
    ], controller.signal)
    controller.abort()
    await running
  })

  test('aborts the others when one fails, waits for them, and throws its failure', async () => {
    const failure = new TypeError('broken')
    const done: string[] = []
    await assert.rejects(runTogether([
      async (signal) => {
        await aborted(signal)
        done.push('waited for')
      },
      async () => {
        throw failure
      }
    ], new AbortController().signal), failure)

    assert.deepEqual(done, ['waited for'])
  })
})
