// Names and formats of the dump files. Readers tell complete files by these names; one that is being written ends in `.tmp`.
import { DUMP_CONTENTS } from '../../core/contracts/dump-content.ts'
import { RECORD_FORMATS } from '../records/formats/record-format.ts'
import type { DumpContent } from '../../core/contracts/dump-content.ts'
import type { RecordFormatName } from '../records/formats/record-format.ts'

/** Compression of a file as a whole: `zstd`, or `none` for Parquet, which compresses its pages by itself. */
export type DumpCompression = 'zstd' | 'none'

/** What the name of a dump file says. */
export interface DumpFileName {
  content: DumpContent

  /** Time of the state in the file, in epoch milliseconds. */
  takenAtMs: number
}

const NAME = /^([a-z]+)-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)\.(\d{3})Z\.(?:ndjson\.zst|csv\.zst|parquet)$/

/** The compression of the files of a format. */
export function dumpCompression (format: RecordFormatName): DumpCompression {
  return RECORD_FORMATS[format].isCompressed ? 'none' : 'zstd'
}

/** Name of the file of a dump. @param takenAt time of its state in RFC 3339 */
export function dumpFileName (content: DumpContent, takenAt: string, format: RecordFormatName): string {
  const { ending } = RECORD_FORMATS[format]

  return `${content}-${takenAt.replaceAll(/[-:]/g, '')}.${ending}${dumpCompression(format) === 'zstd' ? '.zst' : ''}`
}

/** What the name of a dump file of any format says; undefined for other names. */
export function dumpFileOf (name: string): DumpFileName | undefined {
  const [, word, ...parts] = NAME.exec(name) ?? []
  const [year, month, day, hour, minute, second, ms] = parts.map(Number)
  const content = DUMP_CONTENTS.find(known => known === word)

  return year === undefined || content === undefined
    ? undefined
    : { content, takenAtMs: Date.UTC(year, (month ?? 1) - 1, day, hour, minute, second, ms) }
}
