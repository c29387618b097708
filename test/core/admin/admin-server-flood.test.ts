// A neighbour who asks without end for what costs most: probes are answered all the same, and a page is rendered once for many.
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { AdminServer, PAGES_PER_SECOND } from '../../../core/admin/admin-server.ts'
import { createLogger } from '../../../core/process/logger.ts'
import { createRegistry, Gauge } from '../../../core/process/metrics.ts'
import { Progress } from '../../../core/process/progress.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { until } from '../../support/until.ts'
import type { ChildProcess } from 'node:child_process'

const FLOOD = fileURLToPath(new URL('../../support/admin-flood.ts', import.meta.url))
const PROBES = 15
const PROBE_LIMIT_MS = 10_000
const AT_ONCE = 100
const ASKED_AT_LEAST = 1_000
const LIMIT_MS = 60_000
const SERIES = 3_000

interface Flooded { admin: AdminServer, rendered: () => number }

// A page as large as a process with many metrics has: about 200 kB.
async function open (): Promise<Flooded> {
  let rendered = 0
  const registry = createRegistry('test')
  const gauge = new Gauge({ name: 'peerprobe_test_things', help: 'Things.', labelNames: ['thing'], registers: [registry], collect: () => {
    rendered++
  } })
  Array.from({ length: SERIES }, (_, i) => {
    gauge.set({ thing: `thing ${String(i)}` }, i)
  })

  return {
    admin: await AdminServer.open({
      log: createLogger({ level: 'silent' }),
      progress: new Progress({ clock: systemClock }),
      registry,
      notReady: () => undefined,
      status: () => {
        rendered++
        return { many: Array.from({ length: SERIES }, (_, i) => ({ thing: i })) }
      }
    }, { host: '0.0.0.0', port: 0 }),
    rendered: () => rendered
  }
}

async function madeBy (child: ChildProcess): Promise<number> {
  const answer = once(child, 'message')
  child.send('how many')

  return Number((await answer)[0])
}

async function codeOf (port: number, path: string): Promise<number> {
  try {
    const response = await fetch(`http://127.0.0.1:${String(port)}${path}`, { signal: AbortSignal.timeout(PROBE_LIMIT_MS) })
    await response.arrayBuffer()

    return response.status
  } catch {
    return 0 // the kubelet counts it as failed
  }
}

suite('a flood at the admin port', () => {
  for (const path of ['/metrics', '/status']) {
    for (const [reads, from] of [['reads', '127.0.0.9'], ['reads', '127.0.0.1'], ['does not read', '127.0.0.9']] as const) {
      test(`of ${path} by one who ${reads} answers, ${from === '127.0.0.1' ? 'from the address of the probes' : 'from an address of its own'}, keeps no probe out`, async () => {
        const { admin, rendered } = await open()
        await using server = admin
        const child = fork(FLOOD, [String(server.port), path, from, reads])

        try {
          await until('the flood has begun', async () => await madeBy(child) >= AT_ONCE, LIMIT_MS)
          const codes: number[] = []

          for (let i = 0; i < PROBES; i++) {
            codes.push(await codeOf(server.port, '/livez'))
          }
          assert.deepEqual(codes, Array.from({ length: PROBES }, () => 200))

          if (reads === 'reads') {
            await until('the flood was large', async () => await madeBy(child) > ASKED_AT_LEAST, LIMIT_MS)
            assert.ok(rendered() < ASKED_AT_LEAST / 10, `rendered ${String(rendered())} times`)
          }
          if (from !== '127.0.0.1') {
            assert.equal(await codeOf(server.port, path), 200) // Prometheus, from elsewhere
          }
        } finally {
          child.disconnect()
        }
      })
    }
  }

  test(`gets ${String(PAGES_PER_SECOND)} pages a second and an answer that says so`, async () => {
    const { admin } = await open()
    await using server = admin
    const codes = await Promise.all(Array.from({ length: 5 * PAGES_PER_SECOND }, async () => await codeOf(server.port, '/metrics')))

    assert.ok(codes.filter(code => code === 200).length >= PAGES_PER_SECOND)
    assert.ok(codes.includes(429))
  })
})
