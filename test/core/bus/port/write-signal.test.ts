import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { WriteSignal } from '../../../../core/bus/port/write-signal.ts'
import { createLogger } from '../../../../core/process/logger.ts'
import { TempFolder } from '../../../support/temp-folder.ts'
import { until } from '../../../support/until.ts'

const log = createLogger({ level: 'silent' })

suite('WriteSignal', () => {
  test('tells everybody who shares the file of a write, and nobody after it is disposed', async () => {
    using folder = new TempFolder()
    const heard = [0, 0]
    const listenAs = (i: number): WriteSignal => new WriteSignal(folder.file('log-written'), { log, onWritten: () => {
      heard[i] = (heard[i] ?? 0) + 1
    } })
    using writer = listenAs(0)
    const reader = listenAs(1)
    writer.raise()
    await until('both have heard of it', () => heard.every(n => n > 0))
    reader[Symbol.dispose]()
    const before = heard[1]
    const own = heard[0] ?? 0
    writer.raise()
    await until('the other has heard of it', () => (heard[0] ?? 0) > own)

    assert.equal(heard[1], before)
  })
})
