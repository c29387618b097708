import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { terse } from '../../../../operator/model/probe/images.ts'

suite('terse', () => {
  test('leaves out the default of Kubernetes, which depends on the tag of the image', () => {
    const chosen: [string, string][] = [
      ['x', 'Always'],
      ['x:latest', 'Always'],
      ['r.example:5000/x', 'Always'],
      ['x:1', 'IfNotPresent'],
      ['r.example:5000/x:1', 'IfNotPresent'],
      ['x@sha256:12', 'IfNotPresent'],
      ['x:latest@sha256:12', 'IfNotPresent']
    ]

    for (const [workload, pullPolicy] of chosen) {
      assert.deepEqual(terse({ workload, pullPolicy, pullSecrets: [] }), { workload })
      assert.deepEqual(terse({ workload, pullPolicy: 'Never', pullSecrets: ['a'] }), { workload, pullPolicy: 'Never', pullSecrets: ['a'] })
    }
  })
})
