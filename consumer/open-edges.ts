import { CrawlFiles } from './edges/crawl-files.ts'
import { EdgeCollector } from './edges/edge-collector.ts'
import { EdgeFolder } from './edges/edge-folder.ts'
import { EdgeReader } from './edges/edge-reader.ts'
import { EdgeMetrics } from './metrics/edge-metrics.ts'
import type { EventBus } from '../core/bus/port/event-bus.ts'
import type { ConsumerStatus } from '../core/contracts/consumer-status.ts'
import type { ConsumerConfig } from '../core/contracts/process-config.ts'
import type { ComponentContext } from '../core/process/run-component.ts'
import type { EdgeObserver, WrittenEdges } from './edges/edge-observer.ts'

export interface EdgesDeps extends Pick<ComponentContext<ConsumerConfig>, 'config' | 'clock' | 'log' | 'registry'> {
  /** Whether the disk of the dump folder is nearly full. */
  isDiskLow: () => boolean
}

/** The part of a consumer that writes files of edges. */
export interface Edges {
  /** Reads routing tables until `signal` aborts, and leaves no unfinished file. */
  run (bus: EventBus, signal: AbortSignal): Promise<void>

  /** For `/status`. */
  status (): ConsumerStatus['edges']
}

const NO_EDGES: Edges = {
  run: async () => {
    await Promise.resolve()
  },
  status: () => null
}

/** The part of a consumer that writes files of edges. Its metrics exist in any case; without configuration it does nothing. */
export function openEdges ({ config: { dump }, clock, log: parent, registry, isDiskLow }: EdgesDeps): Edges {
  const metrics = new EdgeMetrics(registry)

  if (dump?.edges === undefined) {
    return NO_EDGES
  }

  const { folder: path, keepMs, edges } = dump
  const log = parent.child({ part: 'edges' })
  let last: WrittenEdges | undefined
  let reader: EdgeReader | undefined
  let files: CrawlFiles | undefined
  let collector: EdgeCollector | undefined
  const observer: EdgeObserver = {
    read: metrics.read.bind(metrics),
    rejected: metrics.rejected.bind(metrics),
    ended: (outcome, written) => {
      metrics.ended(outcome, written)
      last = written ?? last
    }
  }
  metrics.watch({
    get unread () { return reader?.unread },
    get problem () { return reader?.problem }
  })

  return {
    run: async (bus, signal) => {
      const folder = new EdgeFolder(path, keepMs)
      await using opened = files = new CrawlFiles({ folder, clock, log, observer, isDiskLow })
      collector = new EdgeCollector({ files: opened, clock, log, observer })
      reader = new EdgeReader({ bus, clock, log, collector }, edges)
      await reader.run(signal)
    },
    status: () => ({
      positions: Object.fromEntries(collector?.positions ?? []),
      open: files?.openCrawls ?? 0,
      last: last === undefined ? null : { file: last.file, rows: last.rows, bytes: last.bytes },
      problem: problemOf(reader)
    })
  }
}

function problemOf (reader: EdgeReader | undefined): NonNullable<ConsumerStatus['edges']>['problem'] {
  const problem = reader?.problem

  return problem === undefined ? null : { code: problem.code, message: problem.message, since: new Date(problem.sinceMs).toISOString() }
}
