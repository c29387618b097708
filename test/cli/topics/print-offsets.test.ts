import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printOffsets } from '../../../cli/topics/print-offsets.ts'
import { numbered, signal, spec } from '../../core/bus/event-bus-fixture.ts'
import { openEmbeddedBus } from '../../support/bus/embedded-bus.ts'

test('positions are printed for each partition, with what waits', async (t) => {
  await using fixture = await openEmbeddedBus()
  await fixture.bus.ensureTopic({ ...spec, partitions: 2 }, signal)
  await fixture.bus.publish('visits', numbered(5), signal)
  const printed: string[] = []
  t.mock.method(process.stdout, 'write', (text: string) => printed.push(text) > 0)
  await printOffsets(fixture.bus, { topic: 'visits', group: 'g' }, { json: true }, signal)
  t.mock.restoreAll()
  const rows = printed.join('').trim().split('\n').map(line => JSON.parse(line) as { partition: number, lag: number, next: number })

  assert.deepEqual(rows.map(({ partition }) => partition), [0, 1])
  assert.equal(rows.reduce((sum, { lag }) => sum + lag, 0), 5)
  assert.equal(rows.reduce((sum, { next }) => sum + next, 0), 5)
})
