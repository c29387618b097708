import { once } from 'node:events'
import { exportRecords, exportToFile } from '../../consumer/export/export-records.ts'
import { RECORD_FORMATS } from '../../consumer/records/formats/record-format.ts'
import { checkFilter } from '../../consumer/records/record-query.ts'
import { ProbeError } from '../../core/errors.ts'
import { writeOut } from '../output/write-out.ts'
import { filterOf } from '../read/filter-options.ts'
import { openToRead } from '../source/open-source.ts'
import type { RecordFormatName } from '../../consumer/records/formats/record-format.ts'
import type { RecordKind } from '../../consumer/records/record-kinds.ts'
import type { FilterOptions } from '../read/filter-options.ts'
import type { SourceOptions } from '../source/source-options.ts'
import type { Writable } from 'node:stream'

/** The options of `export`, as parsed. */
export interface ExportOptions extends FilterOptions, SourceOptions {
  format: 'ndjson' | 'csv' | 'parquet'

  /** Path of the file; `-` is standard output. */
  out: string
}

/** Where an export without a file goes. */
export type Output = Writable & { isTTY?: boolean }

const NAMES: Readonly<Record<ExportOptions['format'], RecordFormatName>> = { ndjson: 'NDJSON', csv: 'CSV', parquet: 'Parquet' }

/** Writes all records of a kind as a file. @throws ProbeError as the source, `PP_RECORD_QUERY`, `PP_EXPORT_FAILED`, `PP_CONFIG_INVALID` */
export async function runExport (kind: RecordKind, options: ExportOptions, signal: AbortSignal, out: Output = process.stdout): Promise<void> {
  const request = { kind, format: NAMES[options.format], filter: filterOf(options) }
  checkFilter(kind, request.filter)

  if (options.out === '-' && out.isTTY === true && !RECORD_FORMATS[request.format].isText) {
    throw new ProbeError('PP_CONFIG_INVALID', `--format ${options.format} is not text for a terminal: give --out FILE, or send the output to a program`)
  }

  const { store } = await openToRead(options)
  await using _ = store
  await using snapshot = await store.snapshot()

  if (options.out === '-') {
    await exportRecords(snapshot, request, async (chunk) => {
      signal.throwIfAborted()
      if (!out.write(chunk)) {
        await once(out, 'drain', { signal })
      }
    }, signal)
    return
  }

  const { count, bytes, sha256 } = await exportToFile(snapshot, request, options.out, signal)
  await writeOut(`${options.out}: ${String(count)} ${kind}, ${String(bytes)} bytes, SHA-256 ${sha256}\n`, signal, out)
}
