import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { PartitionReader } from '../../../../core/bus/embedded/partition-reader.ts'
import { Wakeup } from '../../../../core/bus/port/wakeup.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import type { BatchHandler, IncomingMessage } from '../../../../core/bus/port/event-bus.ts'

const options = { partition: 1, partitionId: 7, position: 0, pollMs: 50 }
const { signal } = new AbortController()
const at = (offset: number): IncomingMessage => ({ partition: 1, offset, key: '', value: new Uint8Array(), headers: {}, timestampMs: 0 })

function reading (stored: IncomingMessage[], handler: BatchHandler): { clock: FakeClock, reader: PartitionReader, state: { paused: boolean, reads: number } } {
  const clock = new FakeClock()
  const state = { paused: false, reads: 0 }
  const reader = new PartitionReader({
    read: async (from) => {
      state.reads++
      return stored.filter(({ offset }) => offset >= from).slice(0, 2)
    },
    handler,
    wakeup: new Wakeup({ clock }),
    isPaused: () => state.paused
  }, options, signal)

  return { clock, reader, state }
}

suite('PartitionReader', () => {
  test('goes on behind the last message it handed on, over gaps', async () => {
    const seen: number[][] = []
    const { clock, reader } = reading([at(0), at(5), at(6)], async ({ messages }) => {
      seen.push(messages.map(({ offset }) => offset))
    })
    for (let turn = 0; turn < 5; turn++) {
      await clock.settle()
    }
    reader.stop()
    await reader.done

    assert.deepEqual(seen, [[0, 5], [6]])
  })

  test('looks again only after its poll time when it has reached the end', async () => {
    const { clock, reader, state } = reading([], async () => undefined)
    await clock.advance(500)
    reader.stop()
    await reader.done

    assert.equal(state.reads, 11)
  })

  test('reads nothing while paused', async () => {
    const { clock, reader, state } = reading([at(0)], async () => undefined)
    await clock.settle()
    const before = state.reads
    state.paused = true
    await clock.advance(500)
    reader.stop()
    await reader.done

    assert.equal(state.reads, before)
  })

  test('aborts the running handler when it loses its partition, and then ends well', async () => {
    const { clock, reader } = reading([at(0)], async (_batch, handlerSignal) => {
      await new Promise((_resolve, reject) => {
        handlerSignal.addEventListener('abort', () => {
          reject(handlerSignal.reason as Error)
        })
      })
    })
    await clock.settle()
    reader.lose()
    await reader.done
  })

  test('ends with the failure of its handler', async () => {
    const { reader } = reading([at(0)], async () => {
      throw new TypeError('broken')
    })

    await assert.rejects(reader.done, TypeError)
  })
})
