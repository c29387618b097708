import type { ChunkWriter, ExportSummary } from '../../consumer/export/export-records.ts'
import type { FilterOptions } from '../read/filter-options.ts'
import type { SourceOptions } from '../source/source-options.ts'

/** The options of `export`, as parsed. */
export interface ExportOptions extends FilterOptions, SourceOptions {
  format: 'ndjson' | 'csv' | 'parquet' | 'graphml'

  /** Path of the file; `-` is standard output. */
  out: string
}

/** Fills the file of an export. */
export type FillExport = (write: ChunkWriter) => Promise<ExportSummary>

/** The formats of records, by the names that the options have for them. */
export const FORMAT_NAMES = { ndjson: 'NDJSON', csv: 'CSV', parquet: 'Parquet' } as const
