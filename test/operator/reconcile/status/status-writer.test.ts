import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProbeError } from '../../../../core/errors.ts'
import { StatusWriter } from '../../../../operator/reconcile/status/status-writer.ts'
import { probeObject } from '../../../support/cluster/cluster-probe.ts'
import { FakeCluster } from '../../../support/cluster/fake-cluster.ts'

const { signal } = new AbortController()

test('StatusWriter writes only a changed meaning, reports a conflict, and rethrows other failures', async () => {
  const deps = new FakeCluster().deps()
  const writes: unknown[] = []
  const notes: string[] = []
  let failure: ProbeError | undefined
  const writer = new StatusWriter({
    clock: deps.clock,
    client: { ...deps.client, putStatus: async (_, object) => {
      if (failure !== undefined) {
        throw failure
      }
      writes.push(object['status'])
      return object
    } },
    events: {
      record: async (_, { type, reason }) => {
        notes.push(`${type} ${reason}`)
      }
    }
  })
  const status = { observedGeneration: 3, conditions: [{ type: 'Ready', status: 'True', reason: 'Running', message: 'everything runs', observedGeneration: 3, lastTransitionTime: '2026-01-01T00:00:00Z' }] }

  assert.equal(await writer.write(probeObject(), status, signal), true)
  assert.equal(await writer.write({ ...probeObject(), status }, status, signal), true)
  await writer.refuse({ ...probeObject(), status }, new ProbeError('PP_SPEC_INVALID', 'spec.scans: is wrong'), signal)
  assert.deepEqual([writes.length, notes], [2, ['Normal Running', 'Warning SpecInvalid']])
  assert.partialDeepStrictEqual(writes[1], { summary: 'SpecInvalid: spec.scans: is wrong', conditions: [{ type: 'Ready', status: 'False' }] })
  failure = new ProbeError('PP_KUBE_CONFLICT', 'changed meanwhile')
  assert.equal(await writer.write(probeObject(), status, signal), false)
  failure = new ProbeError('PP_KUBE_UNAVAILABLE', 'away')
  await assert.rejects(writer.write(probeObject(), status, signal), { code: 'PP_KUBE_UNAVAILABLE' })
})
