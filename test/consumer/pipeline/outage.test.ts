import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { Outage } from '../../../consumer/pipeline/outage.ts'
import { ProbeError } from '../../../core/errors.ts'
import { FakeClock } from '../../support/fake-clock.ts'

suite('Outage', () => {
  test('begins with the first failure, keeps the latest reason, and ends with a success; each is reported once', async () => {
    const clock = new FakeClock()
    const lines: string[] = []
    const outage = new Outage({ clock, log: pino({ base: null }, { write: line => lines.push((JSON.parse(line) as { msg: string }).msg) }) })
    const changes: boolean[] = []
    outage.onChange = isOut => changes.push(isOut)
    const sinceMs = clock.now()
    outage.end()
    outage.begin(new ProbeError('PP_STORE_UNAVAILABLE', 'gone'))
    await clock.advance(5_000)
    outage.begin(new ProbeError('PP_BUS_UNAVAILABLE', 'gone too'))
    assert.deepEqual(outage.state, { code: 'PP_BUS_UNAVAILABLE', message: 'gone too', sinceMs })
    outage.end()
    outage.end()

    assert.equal(outage.state, undefined)
    assert.deepEqual(changes, [true, false])
    assert.deepEqual(lines, ['outage began: no message is stored and no offset committed until it ends', 'outage ended'])
  })
})
