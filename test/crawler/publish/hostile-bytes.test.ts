import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { suite, test } from 'node:test'
import { decode } from '../../../consumer/pipeline/decode.ts'
import { SqliteStore } from '../../../consumer/store/sqlite/sqlite-store.ts'
import { packBatch } from '../../../core/bus/embedded/embedded-batch.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { visitMessage } from '../../../crawler/publish/visit-message.ts'
import { incoming } from '../../support/consumer/incoming.ts'
import { peerIdOf } from '../../support/network/simulated-network.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import type { CompletedVisit } from '../../../crawler/engine/population/visit-sink.ts'

const CONTEXT = { scan: 'default/probe/main', network: 'ipfs' }
const VISITS = 50

// Incompressible letters, different for each number.
const noise = (seed: string, chars: number): string => Array.from({ length: Math.ceil(chars / 86) }, (_, i) => createHash('sha512').update(`${seed} ${String(i)}`).digest('base64url')).join('').slice(0, chars)
const address = (seed: string): Uint8Array => Uint8Array.from([54, 0xc8, 0x01, ...Buffer.from(noise(seed, 200)), 6, 0x0f, 0xa1])
const list = <T>(n: number, of: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => of(i))

/** The visit of a peer that sends as much as it can, all of it new each time. */
function worstVisit (crawlId: number): CompletedVisit {
  const seed = String(crawlId)
  const addresses = list(256, i => address(`${seed} known ${String(i)}`))
  const identity = {
    agentVersion: noise(`${seed} agent`, 600),
    protocolVersion: noise(`${seed} version`, 600),
    protocols: list(512, i => noise(`${seed} protocol ${String(i)}`, 300)),
    listenAddresses: list(256, i => address(`${seed} own ${String(i)}`)),
    recordSequence: 2n ** 64n - 1n
  }
  const connection = { address: addresses[0]!, transport: 'tcp' as const, security: '/noise', muxer: '/yamux/1.0.0', limited: false }
  const attempts = addresses.slice(0, 64).map(dialled => ({ address: dialled, outcome: 'timeout' as const, durationMs: 1.234 }))

  return { crawlId, attempt: 1, discoveryType: 'active', source: 'routing-table', id: peerIdOf('hostile'), addresses, result: { startedAtMs: crawlId * 1_000, durationMs: 1, outcome: 'ok', attempts, connection, identity, latencyMs: 1 } }
}

suite('a peer that sends as much as it can, new each time', () => {
  test('makes the bus store 24 kB of a visit and the database 36 kB', async () => {
    using folder = new TempFolder()
    const path = folder.file('store.db')
    const store = await SqliteStore.open({ clock: systemClock }, { path, coalesceWindowMs: 0 })
    await store.migrate()
    const nowMs = Date.UTC(2026, 0, 1)
    const size = (): number => statSync(path).size + (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0)
    const messages = list(VISITS, i => visitMessage(worstVisit(nowMs / 1_000 + i), CONTEXT))
    const before = size()

    for (const message of messages) {
      const decoded = decode(incoming(message), nowMs + 100_000)
      await store.write({ visits: decoded.kind === 'visit' ? [decoded.visit] : [], crawls: [] })
    }
    // Moves the write-ahead log into the database file.
    await store[Symbol.asyncDispose]()

    const onBus = messages.reduce((sum, message) => sum + packBatch([message]).length, 0) / VISITS
    const inStore = (size() - before) / VISITS
    assert.ok(onBus <= 24 * 1_024, `on the bus ${String(onBus)}`)
    assert.ok(inStore <= 36 * 1_024, `in the database ${String(inStore)}`)
  })
})
