import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { mock, suite, test } from 'node:test'
import { patchKafkajsTimers } from '../../../../../core/bus/kafka/client/kafkajs-timer-patch.ts'

interface Queue {
  throttledUntil: number
  pending: unknown[]
  checkPendingRequests: () => void
  scheduleCheckPendingRequests: () => void
  canSendSocketRequestImmediately: () => boolean
}

const kafkajs = createRequire(import.meta.url)
const RequestQueue = kafkajs('kafkajs/src/network/requestQueue') as new (options: object) => Queue
const { createLogger } = kafkajs('kafkajs/src/loggers') as { createLogger: (options: object) => object }

const logger = createLogger({ level: 0, logCreator: () => () => undefined })
const queue = (): Queue => new RequestQueue({ requestTimeout: 1_000, maxInFlightRequests: 1, isConnected: () => true, logger })

/** Delays of the timers that an action sets. */
function timersOf (action: () => void): number[] {
  const set = mock.method(globalThis, 'setTimeout', () => ({}))

  try {
    action()
    return set.mock.calls.map(({ arguments: args }) => Number((args as unknown[])[1]))
  } finally {
    set.mock.restore()
  }
}

suite('patchKafkajsTimers', () => {
  patchKafkajsTimers()

  test('an idle connection sets no timer', () => {
    assert.deepEqual(timersOf(() => {
      queue().checkPendingRequests()
    }), [])
  })

  test('a request that waits for another one, or for the end of throttling, is looked at again, by one timer', () => {
    const waiting = queue()
    waiting.pending = [{}]
    const throttled = queue()
    throttled.pending = [{}]
    throttled.throttledUntil = Date.now() + 60_000

    assert.deepEqual(timersOf(() => {
      waiting.scheduleCheckPendingRequests()
      waiting.scheduleCheckPendingRequests()
    }), [10])
    const [delay = 0] = timersOf(() => {
      throttled.scheduleCheckPendingRequests()
    })
    assert.ok(delay > 50_000 && delay <= 60_000)
  })
})
