// What a kubelet reports of pods that do not run, as the conditions name it.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { worstFailure } from '../../../../operator/reconcile/conditions/pod-failure.ts'
import { lastTermination } from '../../../../operator/reconcile/conditions/termination.ts'
import { trimmedPod } from '../../../../operator/reconcile/observe/trimmed-pod.ts'
import type { KubeObject } from '../../../../operator/runtime/kube-object.ts'

const NAME = 'peerprobe'

// As the operator keeps it.
function pod (container: object, { scan, status = {} }: { scan?: string, status?: object } = {}): KubeObject {
  return trimmedPod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'amino-x', namespace: 'lab', labels: scan === undefined ? {} : { 'peerprobe.dev/scan': scan } },
    spec: { containers: [{ name: NAME, image: 'x', resources: { limits: { memory: '64Mi' } } }] },
    status: { containerStatuses: [{ name: NAME, ready: false, ...container }], ...status }
  })
}

suite('the failure of a pod', () => {
  const killed = { exitCode: 137, reason: 'OOMKilled' }

  for (const [when, container] of Object.entries({
    'as it ended': { state: { terminated: killed } },
    'while it waits': { state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } }, lastState: { terminated: killed } },
    'while it starts again': { state: { running: {} }, lastState: { terminated: killed } }
  })) {
    test(`is its memory limit, with the field to raise, ${when}`, () => {
      assert.deepEqual(worstFailure([pod(container)]), {
        reason: 'OOMKilled',
        message: 'it used more memory than its limit of 64Mi: raise spec.consumer.pod.resources.limits.memory',
        code: undefined
      })
    })
  }

  test('is not its memory limit once it runs and is ready', () => {
    assert.equal(worstFailure([pod({ ready: true, state: { running: {} }, lastState: { terminated: killed } })]), undefined)
  })

  test('names the scan of a crawler that needs more memory', () => {
    assert.match(worstFailure([pod({ state: { terminated: killed } }, { scan: 'main' })])?.message ?? '', /: raise pod\.resources\.limits\.memory of the scan main$/)
  })

  for (const reason of ['ErrImageNeverPull', 'CreateContainerError', 'RunContainerError', 'ImageInspectError', 'RegistryUnavailable', 'SignatureValidationFailed']) {
    test(`is ${reason} where the kubelet waits for that`, () => {
      assert.deepEqual(worstFailure([pod({ state: { waiting: { reason, message: 'the kubelet says why' } } })]), { reason, message: 'the kubelet says why', code: undefined })
    })
  }

  test('is why an image cannot be pulled, whatever the container of an earlier one said', () => {
    const container = { state: { waiting: { reason: 'ImagePullBackOff', message: 'no such tag' } }, lastState: { terminated: { exitCode: 1, message: 'an old fault' } } }

    assert.deepEqual(worstFailure([pod(container)]), { reason: 'ImagePullBackOff', message: 'no such tag', code: undefined })
  })

  test('says how a process without a message ended, and where its log is', () => {
    const log = 'kubectl logs amino-x -n lab -c peerprobe'

    assert.equal(worstFailure([pod({ state: { terminated: { exitCode: 3, reason: 'Error' } } })])?.message, `it ended with exit code 3 and left no message: read its log (${log})`)
    assert.equal(
      worstFailure([pod({ state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated: { exitCode: 139, reason: 'Error' } } })])?.message,
      `signal 11 ended it and left no message: read its log (${log} --previous)`
    )
    assert.match(worstFailure([pod({ state: { terminated: { exitCode: 134 } } })])?.message ?? '', /^signal 6 ended it \(Node aborts when its memory is not enough\)/)
  })

  test('is that of the kubelet, where it ended or refused the pod', () => {
    const status = { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' }

    assert.deepEqual(worstFailure([pod({ state: { terminated: { exitCode: 137 } } }, { status })]), { reason: 'Evicted', message: 'The node was low on resource: memory.', code: undefined })
  })

  test('is the one that a person must fix, if there are several', () => {
    const evicted = pod({}, { status: { phase: 'Failed', reason: 'Evicted', message: 'm' } })
    const never = pod({ state: { waiting: { reason: 'ErrImageNeverPull', message: 'n' } } })

    assert.equal(worstFailure([evicted, pod({ state: { terminated: killed } }), never])?.reason, 'ErrImageNeverPull')
    assert.equal(worstFailure([evicted, pod({ state: { terminated: killed } })])?.reason, 'OOMKilled')
  })

  test('is read from pods of which only the limits are kept', () => {
    assert.deepEqual(pod({})['spec'], { containers: [{ name: NAME, resources: { limits: { memory: '64Mi' } } }], initContainers: [] })
  })

  test('is none where a container ended well, or never did', () => {
    assert.equal(lastTermination(pod({}), { name: NAME, state: { terminated: { exitCode: 0 } } }), undefined)
    assert.equal(lastTermination(pod({}), { name: NAME }), undefined)
  })
})
