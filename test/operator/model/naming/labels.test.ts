import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { labelsFor } from '../../../../operator/model/naming/labels.ts'

suite('labelsFor', () => {
  test('contain the PeerProbe, the component, and the scan of a crawler', () => {
    const probe = { namespace: 'default', name: 'amino' }

    assert.deepEqual(labelsFor(probe, 'crawler', 'main'), {
      'app.kubernetes.io/name': 'peerprobe',
      'app.kubernetes.io/instance': 'amino',
      'app.kubernetes.io/component': 'crawler',
      'app.kubernetes.io/managed-by': 'peerprobe-operator',
      'app.kubernetes.io/part-of': 'peerprobe',
      'peerprobe.dev/probe': 'amino',
      'peerprobe.dev/scan': 'main'
    })
    assert.equal('peerprobe.dev/scan' in labelsFor(probe, 'consumer'), false)
  })
})
