// The whole way on a real log: messages of a crawl → a file, with a member that ends in the middle.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { suite, test } from 'node:test'
import { edgeFileName } from '../../consumer/edges/edge-file-name.ts'
import { edgeRecords } from '../../consumer/edges/edge-file.ts'
import { EDGE_METRICS } from '../../consumer/metrics/edge-metrics.ts'
import { openEdges } from '../../consumer/open-edges.ts'
import { NEIGHBOURS_END_TYPE, NEIGHBOURS_TYPE } from '../../core/contracts/edges/neighbours.ts'
import { ConsumerConfig } from '../../core/contracts/process-config.ts'
import { createLogger } from '../../core/process/logger.ts'
import { Registry } from '../../core/process/metrics.ts'
import { systemClock } from '../../core/time/clock.ts'
import { openEmbeddedBus } from '../support/bus/embedded-bus.ts'
import { readWithDuckdb } from '../support/consumer/duckdb-reader.ts'
import { CRAWL_ID } from '../support/consumer/messages.ts'
import { endOf, SCAN, tablesOf } from '../support/consumer/neighbours.ts'
import { seriesOf, valueOf } from '../support/metric-series.ts'
import { TempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'
import type { Edges } from '../../consumer/open-edges.ts'
import type { OutgoingMessage } from '../../core/bus/port/event-bus.ts'
import type { Neighbours, NeighboursEnd } from '../../core/contracts/edges/neighbours.ts'

const { signal } = new AbortController()
const log = createLogger({ level: 'silent' })

const outgoing = (body: Neighbours | NeighboursEnd): OutgoingMessage => ({
  key: body.scan,
  value: Buffer.from(JSON.stringify(body)),
  headers: { ce_type: 'sequence' in body ? NEIGHBOURS_TYPE : NEIGHBOURS_END_TYPE }
})

function open (folder: string | undefined, registry = new Registry()): Edges {
  const dump = folder === undefined ? undefined : { folder, keepMs: 1e12, edges: { topic: 'n', group: 'g' } }
  const config = ConsumerConfig.parse({ topic: 't', deadLetterTopic: 'd', group: 'x', bus: { embedded: { path: 'x' } }, store: { sqlite: { path: 'x' } }, ...dump && { dump } })

  return openEdges({ config, clock: systemClock, log, registry, isDiskLow: () => false })
}

suite('openEdges', () => {
  test('writes a crawl whose first reader ended in the middle, whole and once, and reports it', async () => {
    using folder = new TempFolder()
    await using embedded = await openEmbeddedBus()
    const { bus } = embedded
    await bus.ensureTopic({ name: 'n', partitions: 2, retentionMs: 1e9 }, signal)
    const tables = tablesOf(30)
    const registry = new Registry()

    await bus.publish('n', tables.slice(0, 20).map(outgoing), signal)
    const first = open(folder.path)
    const stop = new AbortController()
    const running = first.run(bus, stop.signal)
    await until('it has read what there is', () => Object.values(first.status()?.positions ?? {}).includes(20))
    assert.equal(first.status()?.open, 1)
    stop.abort()
    await running
    assert.deepEqual(readdirSync(folder.path), [], 'a reader that ends leaves no unfinished file')

    await bus.publish('n', [...tables.slice(20), endOf({ messages: 30 })].map(outgoing), signal)
    const second = open(folder.path, registry)
    const stopSecond = new AbortController()
    const rerunning = second.run(bus, stopSecond.signal)
    const file = edgeFileName({ scan: SCAN, crawlId: CRAWL_ID })
    await until('the file is written', () => second.status()?.last?.file === file)
    await until('nothing is held back', async () => [...(await bus.groupLag('n', 'g', signal)).values()].every(lag => lag === 0))
    stopSecond.abort()
    await rerunning

    assert.deepEqual(await readWithDuckdb(folder.file(file), 'edges', 'Parquet'), tables.flatMap(edgeRecords))
    assert.deepEqual([second.status()?.last?.rows, second.status()?.open, second.status()?.problem], [60, 0, null])
    assert.equal(await valueOf(registry, 'peerprobe_consumer_edge_files_total{outcome="written"}'), 1)
    assert.equal(await valueOf(registry, 'peerprobe_consumer_edge_rows_total'), 60)
    assert.deepEqual([...(await seriesOf(registry)).keys()].sort(), Object.values(EDGE_METRICS).map(({ name }) => name).sort())
  })

  test('does nothing where no files of edges are asked for, and its counters are 0', async () => {
    const registry = new Registry()
    const edges = open(undefined, registry)
    await using embedded = await openEmbeddedBus()
    await edges.run(embedded.bus, signal)

    assert.equal(edges.status(), null)
    assert.equal(await valueOf(registry, 'peerprobe_consumer_edge_files_total{outcome="incomplete"}'), 0)
    assert.equal(await valueOf(registry, 'peerprobe_consumer_edge_outage'), undefined)
  })
})
