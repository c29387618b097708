import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { redactObject } from '../../../../operator/commands/bundle/redact-object.ts'

const CANARY = 'canary-7f3a'

suite('redactObject', () => {
  test('takes out values of variables, annotations of others, arguments of injected containers, and who wrote what', () => {
    const pod = {
      metadata: {
        name: 'amino-consumer-1',
        managedFields: [{ manager: CANARY }],
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': CANARY,
          'vault.hashicorp.com/agent-inject-template': CANARY,
          'x/kubernetes.io': CANARY,
          'peerprobe.dev/config-hash': '12',
          'crawl-now.peerprobe.dev/main': '2026-11-30T21:00:00Z',
          'deployment.kubernetes.io/revision': '3'
        }
      },
      spec: {
        containers: [
          { name: 'peerprobe', args: ['consumer/main.ts'], env: [{ name: 'A', value: CANARY }, { name: 'B', valueFrom: { secretKeyRef: { name: 'mysql', key: 'password' } } }] },
          { name: 'sidecar', args: ['--key', CANARY], command: ['sh', '-c', CANARY] }
        ],
        initContainers: [{ name: 'init', args: [CANARY] }],
        volumes: [{ name: 'mysql', secret: { secretName: 'mysql' } }]
      }
    }
    const redacted = redactObject(pod) as typeof pod

    assert.ok(!JSON.stringify(redacted).includes(CANARY), JSON.stringify(redacted, undefined, 1))
    assert.equal(redacted.metadata.managedFields, undefined)
    assert.deepEqual(redacted.metadata.annotations['crawl-now.peerprobe.dev/main'], '2026-11-30T21:00:00Z')
    assert.equal(redacted.metadata.annotations['deployment.kubernetes.io/revision'], '3')
    assert.deepEqual(redacted.spec.containers[0]!.args, ['consumer/main.ts'])
    assert.deepEqual(redacted.spec.containers[0]!.env?.[1], { name: 'B', valueFrom: { secretKeyRef: { name: 'mysql', key: 'password' } } })
    assert.deepEqual(redacted.spec.volumes[0], { name: 'mysql', secret: { secretName: 'mysql' } })
  })

  test('takes out what a name or a form gives away, also in JSON in a text', () => {
    const object = {
      data: { 'process.json': JSON.stringify({ store: { password: CANARY, passwordFile: '/etc/mysql/password', url: `mysql://u:${CANARY}@db` } }), 'token': CANARY, 'broken.json': `{"secret": "${CANARY}"` },
      spec: { apiKey: CANARY, passwords: [], pin: 1, password: 12_345, credentials: [CANARY], message: `password=${CANARY}`, credentialsSecret: { name: 'mysql' } }
    }
    const redacted = redactObject(object) as typeof object

    assert.ok(!JSON.stringify(redacted).includes(CANARY), JSON.stringify(redacted))
    assert.ok(!JSON.stringify(redacted).includes('12345'))
    assert.match(redacted.data['process.json'], /"passwordFile": "\/etc\/mysql\/password"/)
    assert.deepEqual(redacted.spec.credentialsSecret, { name: 'mysql' })
    assert.equal(redacted.spec.pin, 1)
  })

  test('leaves what is no object as it is', () => {
    assert.deepEqual(redactObject([null, true, 3, undefined, 'text']), [null, true, 3, undefined, 'text'])
  })
})
