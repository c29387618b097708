import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { Progress } from '../../core/process/progress.ts'
import { systemClock } from '../../core/time/clock.ts'
import { runOperator } from '../../operator/operator.ts'
import { RULES } from '../../operator/rbac.ts'
import { freePorts } from '../support/servers/free-ports.ts'
import { TempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'

suite('the operator', () => {
  test('is up and waits while the API server is unreachable, and stops when asked to', async () => {
    using folder = new TempFolder()
    const [closed = 0, port = 0] = await freePorts(2)
    writeFileSync(folder.file('config'), JSON.stringify({ 'apiVersion': 'v1', 'kind': 'Config', 'clusters': [{ name: 'c', cluster: { 'server': `http://127.0.0.1:${String(closed)}`, 'insecure-skip-tls-verify': true } }], 'users': [{ name: 'u', user: {} }], 'contexts': [{ name: 'x', context: { cluster: 'c', user: 'u' } }], 'current-context': 'x' }))
    const before = process.env['KUBECONFIG']
    process.env['KUBECONFIG'] = folder.file('config')
    const stop = new AbortController()

    try {
      const running = runOperator(
        { log: pino({ level: 'silent' }), clock: systemClock, registry: new Registry(), progress: new Progress({ clock: systemClock }) },
        { images: { workload: 'x' }, leaseNamespace: 'default', leaseOwner: undefined, identity: 'me', admin: { host: '127.0.0.1', port }, readsPods: false, secretsNeedConsent: true, policy: {} },
        stop.signal
      )
      await until('it is up', async () => (await fetch(`http://127.0.0.1:${String(port)}/status`).catch(() => undefined))?.ok === true)
      assert.deepEqual(await (await fetch(`http://127.0.0.1:${String(port)}/status`)).json(), { leader: false, lease: 'default/peerprobe-operator', holder: '', queue: 0 })
      stop.abort()
      await assert.rejects(running, { name: 'AbortError' })
    } finally {
      process.env['KUBECONFIG'] = before
      if (before === undefined) {
        delete process.env['KUBECONFIG']
      }
    }
  })
})

test('the role lists no Secrets, deletes none, and has no wildcard', () => {
  for (const { resources, verbs, apiGroups } of RULES) {
    assert.ok(![...resources, ...verbs, ...apiGroups].includes('*'))
    assert.ok(!resources.includes('secrets') || !verbs.some(verb => ['list', 'watch', 'delete'].includes(verb)))
  }
})
