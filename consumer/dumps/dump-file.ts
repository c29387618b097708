// Names and formats of the dump files. Readers tell complete files by these names; one that is being written ends in `.tmp`.
import { RECORD_FORMATS } from '../records/formats/record-format.ts'
import type { RecordFormatName } from '../records/formats/record-format.ts'

/** Compression of a file as a whole: `zstd`, or `none` for Parquet, which compresses its pages by itself. */
export type DumpCompression = 'zstd' | 'none'

const NAME = /^nodes-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)\.(\d{3})Z\.(?:ndjson\.zst|csv\.zst|parquet)$/

/** The compression of the files of a format. */
export function dumpCompression (format: RecordFormatName): DumpCompression {
  return RECORD_FORMATS[format].isCompressed ? 'none' : 'zstd'
}

/** Name of the file of a dump, by the time of its state in RFC 3339. */
export function dumpFileName (takenAt: string, format: RecordFormatName): string {
  const { ending } = RECORD_FORMATS[format]

  return `nodes-${takenAt.replaceAll(/[-:]/g, '')}.${ending}${dumpCompression(format) === 'zstd' ? '.zst' : ''}`
}

/** The time in the name of a dump file of any format, in epoch milliseconds; undefined for other names. */
export function dumpTimeOf (name: string): number | undefined {
  const [, ...parts] = NAME.exec(name) ?? []
  const [year, month, day, hour, minute, second, ms] = parts.map(Number)

  return year === undefined ? undefined : Date.UTC(year, (month ?? 1) - 1, day, hour, minute, second, ms)
}
