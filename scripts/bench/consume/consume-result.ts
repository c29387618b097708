import { markdownTable } from '../markdown-table.ts'

/** The cost of one consumer for one load. */
export interface ConsumeFigures {
  messagesPerSecond: number

  /** Rows of `node_info` and `address_info`. */
  rowsPerSecond: number

  /** CPU time of the consuming process, user and system, for each of these rows, in microseconds. */
  processMicrosPerRow: number

  /** The same for the database server. */
  serverMicrosPerRow: number

  /** Peak of the consuming process's resident memory. */
  rssMb: number
}

/** The measurements between two points in time. */
export interface ConsumeCounts {
  messages: number
  rows: number
  seconds: number
  processCpuMs: number
  serverCpuMs: number
  rssMb: number
}

/** One row of the table. */
export interface ConsumeResult {
  design: 'batched' | 'naive'
  load: 'new peers' | 'peers seen again'
  figures: ConsumeFigures
}

/** The figures of one run. */
export function consumeFigures ({ messages, rows, seconds, processCpuMs, serverCpuMs, rssMb }: ConsumeCounts): ConsumeFigures {
  return {
    messagesPerSecond: messages / seconds,
    rowsPerSecond: rows / seconds,
    processMicrosPerRow: processCpuMs * 1_000 / rows,
    serverMicrosPerRow: serverCpuMs * 1_000 / rows,
    rssMb
  }
}

const HEAD = ['design', 'load', 'messages/s', 'ratio', 'rows/s', 'process CPU-µs/row', 'server CPU-µs/row', 'RSS MB'] as const

/** A table; the ratio is to the naive design's messages each second under the same load in the same run. */
export function consumeTable (results: readonly ConsumeResult[]): string {
  const rows = results.map(({ design, load, figures }) => {
    const naive = results.find(other => other.design === 'naive' && other.load === load)?.figures.messagesPerSecond

    return [
      design,
      load,
      figures.messagesPerSecond.toFixed(0),
      naive === undefined ? '' : (figures.messagesPerSecond / naive).toFixed(1),
      figures.rowsPerSecond.toFixed(0),
      figures.processMicrosPerRow.toFixed(1),
      figures.serverMicrosPerRow.toFixed(1),
      figures.rssMb.toFixed(0)
    ]
  })

  return markdownTable(HEAD, rows)
}
