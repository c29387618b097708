import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { AdminServer, EVERY_ADDRESS } from '../../../core/admin/admin-server.ts'
import { defined } from '../../../core/defined.ts'
import { isProbeError } from '../../../core/errors.ts'
import { createLogger } from '../../../core/process/logger.ts'
import { Counter, createRegistry } from '../../../core/process/metrics.ts'
import { Progress } from '../../../core/process/progress.ts'
import { systemClock } from '../../../core/time/clock.ts'

interface World { reason: string | undefined, now: number, status: () => unknown }

type Get = (path: string) => Promise<{ code: number, body: string }>

async function withServer (world: World, run: (get: Get, admin: AdminServer) => Promise<void>, host?: string): Promise<void> {
  const registry = createRegistry('test')
  new Counter({ name: 'peerprobe_test_visits_total', help: 'Visits.', registers: [registry] }).inc(3)
  const progress = new Progress({ clock: { now: () => world.now, monotonic: () => world.now, after: () => ({ [Symbol.dispose]: () => undefined }) } })
  progress.watch('crawl', 100)
  await using admin = await AdminServer.open({ log: createLogger({ level: 'silent' }), progress, registry, notReady: () => world.reason, status: () => world.status() }, { port: 0, ...defined({ host }) })

  await run(async (path) => {
    const response = await fetch(`http://127.0.0.1:${String(admin.port)}${path}`)
    return { code: response.status, body: await response.text() }
  }, admin)
}

async function openAt (environment: Record<string, string>): Promise<AdminServer> {
  const deps = { log: createLogger({ level: 'silent' }), progress: new Progress({ clock: systemClock }), registry: createRegistry('test'), notReady: () => undefined, status: () => null }

  return await AdminServer.open(deps, { host: EVERY_ADDRESS, hostVariable: 'POD_IPS', port: 0 }, environment)
}

suite('AdminServer', () => {
  test('answers readiness, liveness, metrics and status', async () => {
    const world: World = { reason: 'bus not open', now: 0, status: () => ({ found: 7 }) }

    await withServer(world, async (get) => {
      assert.deepEqual(await get('/readyz'), { code: 503, body: 'bus not open\n' })
      world.reason = undefined
      assert.equal((await get('/readyz')).code, 200)
      assert.equal((await get('/livez')).code, 200)
      world.now = 101
      assert.deepEqual(await get('/livez'), { code: 503, body: 'crawl: no progress for 101 ms\n' })
      assert.match((await get('/metrics')).body, /peerprobe_test_visits_total\{component="test"\} 3/)
      assert.deepEqual(JSON.parse((await get('/status')).body), { found: 7 })
      assert.equal((await get('/anything')).code, 404)
    })
  })

  test('answers 500 without the reason when the status throws, and goes on', async () => {
    const world: World = { reason: undefined, now: 0, status: () => {
      throw new TypeError('secret')
    } }

    await withServer(world, async (get) => {
      const reply = await get('/status')
      assert.equal(reply.code, 500)
      assert.doesNotMatch(reply.body, /secret/)
      assert.equal((await get('/readyz')).code, 200)
    })
  })

  test('is reached by IPv4 and by IPv6 where it listens on every address', async () => {
    await withServer({ reason: undefined, now: 0, status: () => null }, async (_, { port }) => {
      const codes = await Promise.all(['127.0.0.1', '[::1]'].map(async host => (await fetch(`http://${host}:${String(port)}/readyz`)).status))

      assert.deepEqual(codes, [200, 200])
    }, EVERY_ADDRESS)
  })

  test('is reached at the addresses of its pod alone, of both families by one port', async () => {
    await using admin = await openAt({ POD_IPS: '127.0.0.2,::1' })
    const codes = await Promise.all(['127.0.0.2', '[::1]'].map(async host => (await fetch(`http://${host}:${String(admin.port)}/readyz`)).status))

    assert.deepEqual(codes, [200, 200])
    await assert.rejects(fetch(`http://127.0.0.1:${String(admin.port)}/readyz`))
  })

  test('listens nowhere where the pod has not all of its addresses, and names the one that it lacks', async () => {
    await assert.rejects(openAt({ POD_IPS: '127.0.0.2,192.0.2.1' }), err => isProbeError(err, 'PP_CONFIG_INVALID') && /^admin\.port: cannot listen on 192\.0\.2\.1:\d+: /.test(err.message))
    await assert.rejects(openAt({}), err => isProbeError(err, 'PP_CONFIG_INVALID') && err.message.startsWith('admin.hostVariable: POD_IPS'))
  })

  test('refuses a port that is taken, naming the field', async () => {
    await withServer({ reason: undefined, now: 0, status: () => null }, async (_, admin) => {
      await assert.rejects(AdminServer.open({ log: createLogger({ level: 'silent' }), progress: new Progress({ clock: { now: () => 0, monotonic: () => 0, after: () => ({ [Symbol.dispose]: () => undefined }) } }), registry: createRegistry('x'), notReady: () => undefined, status: () => null }, { port: admin.port }), err => isProbeError(err, 'PP_CONFIG_INVALID') && err.message.startsWith('admin.port'))
    })
  })
})
