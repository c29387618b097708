import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { ProbeError } from '../../../core/errors.ts'
import { EventRecorder } from '../../../operator/runtime/event-recorder.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { KubeRequest } from '../../../operator/runtime/kube-client.ts'

const { signal } = new AbortController()
const object = { apiVersion: 'peerprobe.dev/v1alpha1', kind: 'PeerProbe', metadata: { namespace: 'n', name: 'amino', uid: 'u' } }
const note = (text: string): Parameters<EventRecorder['record']>[1] => ({ type: 'Warning', reason: 'BusAuth', action: 'Reconcile', note: text })

function rig (fails = false): { clock: FakeClock, recorder: EventRecorder, sent: Record<string, unknown>[] } {
  const clock = new FakeClock()
  const sent: Record<string, unknown>[] = []
  const client = {
    json: async ({ body }: KubeRequest): Promise<unknown> => {
      if (fails) {
        throw new ProbeError('PP_KUBE_FORBIDDEN', 'no')
      }
      return sent.push(body as Record<string, unknown>)
    }
  }

  return { clock, sent, recorder: new EventRecorder({ client, clock, log: pino({ level: 'silent' }) }, { name: 'c', instance: 'i' }) }
}

suite('EventRecorder', () => {
  test('records an event of an object, with micro-times and a note under 1 kB', async () => {
    const { recorder, sent } = rig()
    await recorder.record(object, note('ü'.repeat(2_000)), signal)
    const event = sent[0]!

    assert.deepEqual(event['regarding'], { apiVersion: object.apiVersion, kind: 'PeerProbe', namespace: 'n', name: 'amino', uid: 'u' })
    assert.match(String(event['eventTime']), /\.\d{6}Z$/)
    assert.ok(Buffer.byteLength(String(event['note'])) < 1_024 && String(event['note']).endsWith('ü…'))
  })

  test('records the same event once in ten minutes, and other events at once', async () => {
    const { clock, recorder, sent } = rig()
    for (const text of ['a', 'a', 'b', 'a']) {
      await recorder.record(object, note(text), signal)
    }
    assert.deepEqual(sent.map(event => event['note']), ['a', 'b'])
    await clock.advance(600_000)
    await recorder.record(object, note('a'), signal)

    assert.equal(sent.length, 3)
  })

  test('records it again at once if all was well in between', async () => {
    const { recorder, sent } = rig()
    const well = { type: 'Normal', reason: 'Running', action: 'Reconcile', note: 'well', endsTrouble: true } as const
    for (const event of [note('a'), well, well, note('a'), well, note('a')]) {
      await recorder.record(object, event, signal)
    }

    assert.deepEqual(sent.map(event => event['note']), ['a', 'well', 'a', 'well', 'a'])
    assert.ok(!Object.hasOwn(sent[1]!, 'endsTrouble'))
  })

  test('records at most 25 events of one object in ten minutes', async () => {
    const { clock, recorder, sent } = rig()
    for (let i = 0; i < 40; i++) {
      await recorder.record(object, note(`try ${String(i)}`), signal)
    }
    await recorder.record({ ...object, metadata: { ...object.metadata, uid: 'another' } }, note('b'), signal)
    assert.equal(sent.length, 26)
    await clock.advance(600_000)
    await recorder.record(object, note('try 41'), signal)

    assert.equal(sent.length, 27)
  })

  test('continues if an event cannot be recorded', async () => {
    await rig(true).recorder.record(object, note('a'), signal)
    await assert.rejects(rig(true).recorder.record(object, note('a'), AbortSignal.abort()), { name: 'AbortError' })
  })
})
