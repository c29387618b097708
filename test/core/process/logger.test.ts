import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createLogger } from '../../../core/process/logger.ts'

suite('createLogger', () => {
  test('writes JSON lines with level names and keeps secrets out', () => {
    const lines: string[] = []
    const log = createLogger({ level: 'info', base: { component: 'crawler' } }, { write: line => lines.push(line) })
    log.info({ password: 'hunter2', sasl: { password: 'hunter2' }, found: 3 }, 'crawl finished')
    log.debug('not written')

    assert.equal(lines.length, 1)
    const line = JSON.parse(lines[0]!) as Record<string, unknown>
    assert.deepEqual([line['level'], line['msg'], line['component'], line['found']], ['info', 'crawl finished', 'crawler', 3])
    assert.doesNotMatch(lines[0]!, /hunter2/)
  })
})
