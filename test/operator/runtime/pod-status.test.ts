import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { AdminServer } from '../../../core/admin/admin-server.ts'
import { Progress } from '../../../core/process/progress.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { podUrls, readPodJson } from '../../../operator/runtime/pod-status.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'

const { signal } = new AbortController()
const pod = (status?: object): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, status })
const WHERE = { port: 9_090, path: '/status' }

suite('a pod\'s /status', () => {
  test('has a URL for each address, IPv6 in brackets, the primary one first', () => {
    assert.deepEqual(podUrls(pod({ podIP: '10.0.0.7' }), WHERE), ['http://10.0.0.7:9090/status'])
    assert.deepEqual(podUrls(pod({ podIP: 'fd00::7' }), WHERE), ['http://[fd00::7]:9090/status'])
    assert.deepEqual(podUrls(pod({ podIP: 'fd00::7', podIPs: [{ ip: 'fd00::7' }, { ip: '10.0.0.7' }] }), WHERE), ['http://[fd00::7]:9090/status', 'http://10.0.0.7:9090/status'])
    assert.deepEqual([...podUrls(pod({ podIP: '' }), WHERE), ...podUrls(pod(), WHERE)], [])
  })

  test('is read from the address that answers', async () => {
    await using admin = await AdminServer.open({ log: pino({ level: 'silent' }), progress: new Progress({ clock: systemClock }), registry: new Registry(), notReady: () => undefined, status: () => ({ lag: 7 }) }, { host: '::1', port: 0 })
    const where = { port: admin.port, path: '/status', timeoutMs: 5_000 }

    assert.deepEqual(await readPodJson(pod({ podIP: '::1' }), where, signal), { lag: 7 })
    assert.deepEqual(await readPodJson(pod({ podIP: '127.0.0.1', podIPs: [{ ip: '127.0.0.1' }, { ip: '::1' }] }), where, signal), { lag: 7 })
    assert.equal(await readPodJson(pod({ podIP: '127.0.0.1' }), where, signal), undefined)
    await assert.rejects(readPodJson(pod({ podIP: '::1' }), where, AbortSignal.abort()), { name: 'AbortError' })
  })
})
