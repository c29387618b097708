import { once } from 'node:events'
import { exportRecords, exportToFile } from '../../consumer/export/export-records.ts'
import { checkFilter } from '../../consumer/records/record-query.ts'
import { ProbeError } from '../../core/errors.ts'
import { writeOut } from '../output/write-out.ts'
import { filterOf } from '../read/filter-options.ts'
import { openToRead } from '../source/open-source.ts'
import { fillWithEdges } from './edges-export.ts'
import { FORMAT_NAMES } from './export-options.ts'
import type { FileKind, RecordKind } from '../../consumer/records/record-kinds.ts'
import type { ExportOptions, FillExport } from './export-options.ts'
import type { Writable } from 'node:stream'

/** Where an export without a file goes. */
export type Output = Writable & { isTTY?: boolean }

/**
 * Writes all records of a kind as a file.
 *
 * @throws ProbeError as the source, `PP_RECORD_QUERY`, `PP_EXPORT_FAILED`, `PP_EDGES_UNREADABLE`, `PP_CONFIG_INVALID`
 */
export async function runExport (kind: FileKind, options: ExportOptions, signal: AbortSignal, out: Output = process.stdout): Promise<void> {
  checkFilter(kind, filterOf(options))
  const fill = kind === 'edges' ? fillWithEdges(options, signal) : fillWithRecords(kind, options, signal)

  if (options.out !== '-') {
    const { count, bytes, sha256 } = await exportToFile(options.out, fill)
    await writeOut(`${options.out}: ${String(count)} ${kind}, ${String(bytes)} bytes, SHA-256 ${sha256}\n`, signal, out)
    return
  }
  if (out.isTTY === true && options.format === 'parquet') {
    throw new ProbeError('PP_CONFIG_INVALID', '--format parquet is not text for a terminal: give --out FILE, or send the output to a program')
  }

  await fill(async (chunk) => {
    signal.throwIfAborted()
    if (!out.write(chunk)) {
      await once(out, 'drain', { signal })
    }
  })
}

function fillWithRecords (kind: RecordKind, options: ExportOptions, signal: AbortSignal): FillExport {
  if (options.format === 'graphml') {
    throw new ProbeError('PP_CONFIG_INVALID', `--format graphml is for edges: export ${kind} as ndjson, csv or parquet`)
  }

  const request = { kind, format: FORMAT_NAMES[options.format], filter: filterOf(options) }

  return async (write) => {
    const { store } = await openToRead(options)
    await using _ = store
    await using snapshot = await store.snapshot()

    return await exportRecords(snapshot, request, write, signal)
  }
}
