import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ProbeError } from '../../../core/errors.ts'
import { KINDS } from '../../../operator/model/naming/kinds.ts'
import { Applier } from '../../../operator/runtime/applier.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'

const { signal } = new AbortController()
const desired: KubeObject = { apiVersion: 'batch/v1', kind: 'Job', metadata: { namespace: 'n', name: 'j' }, spec: { size: 1 } }

interface Rig { applier: Applier, calls: string[], applied: KubeObject[], state: { leads: boolean, fails: ProbeError | undefined } }

function rig (): Rig {
  const calls: string[] = []
  const applied: KubeObject[] = []
  const state: Rig['state'] = { leads: true, fails: undefined }
  const applier = new Applier({
    client: {
      apply: async (_, object, { dryRun = false }) => {
        calls.push(dryRun ? 'dry run' : 'apply')
        if (state.fails !== undefined) {
          throw state.fails
        }
        applied.push(object)
        return object
      },
      remove: async (_, { uid }) => {
        calls.push(`remove ${uid ?? ''}`)
      }
    },
    mayWrite: () => state.leads,
    onWrite: (kind, outcome, field) => {
      calls.push(`${kind} ${outcome} for ${field}`)
    }
  }, { fieldManager: 'me', hashAnnotation: 'x/applied' })

  return { applier, calls, applied, state }
}

suite('Applier', () => {
  test('creates what is missing, and leaves alone what is as desired', async () => {
    const { applier, calls, applied } = rig()
    assert.equal((await applier.ensure(KINDS.job, desired, undefined, signal)).outcome, 'applied')
    const live = { ...applied[0]!, status: { active: 1 } }
    assert.deepEqual(await applier.ensure(KINDS.job, desired, live, signal), { outcome: 'unchanged', object: live })

    assert.deepEqual(calls, ['apply', 'Job applied for (missing)'])
  })

  test('writes if a field was changed by hand, or is no longer desired', async () => {
    const { applier, applied } = rig()
    await applier.ensure(KINDS.job, { ...desired, spec: { size: 1, more: true } }, undefined, signal)
    const live = applied[0]!

    assert.equal(applier.difference({ ...desired, spec: { size: 1, more: true } }, { ...live, spec: { size: 2, more: true } }), 'spec.size')
    assert.equal(applier.difference(desired, live), 'metadata.annotations.x/applied')
  })

  test('deletes what cannot be changed, to recreate it', async () => {
    const { applier, calls, state } = rig()
    state.fails = new ProbeError('PP_KUBE_INVALID', 'spec.template: field is immutable')

    assert.deepEqual(await applier.ensure(KINDS.job, desired, { ...desired, metadata: { ...desired.metadata, uid: 'u' } }, signal), { outcome: 'replaced', object: undefined })
    assert.deepEqual(calls, ['apply', 'remove u', 'Job replaced for metadata.annotations'])
  })

  test('rethrows every other refusal, and writes nothing when it is not the leader', async () => {
    const { applier, calls, state } = rig()
    state.fails = new ProbeError('PP_KUBE_INVALID', 'exceeded quota')
    await assert.rejects(applier.ensure(KINDS.job, desired, undefined, signal), /exceeded quota/)
    state.leads = false
    await assert.rejects(applier.ensure(KINDS.job, desired, undefined, signal), { code: 'PP_LEADER_LOST' })
    await assert.rejects(applier.remove(KINDS.job, desired, signal), { code: 'PP_LEADER_LOST' })
    state.fails = undefined
    await applier.dryRun(KINDS.job, desired, signal)

    assert.deepEqual(calls, ['apply', 'dry run'])
  })
})
