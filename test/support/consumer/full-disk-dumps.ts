// Run by a test in its own mount namespace: dumps onto a file system that becomes full in the middle of a file. Prints what it found
// there, for each content and format, as JSON.
import { readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { DumpFolder } from '../../../consumer/dumps/dump-folder.ts'
import { readManifest } from '../../../consumer/dumps/dump-manifest.ts'
import { RecordDump } from '../../../consumer/dumps/record-dump.ts'
import { RECORD_FORMATS } from '../../../consumer/records/formats/record-format.ts'
import { SqliteStore } from '../../../consumer/store/sqlite/sqlite-store.ts'
import { DUMP_CONTENTS } from '../../../core/contracts/dump-content.ts'
import { errorText, isProbeError } from '../../../core/errors.ts'
import { keysOf } from '../../../core/record-keys.ts'
import { FakeClock } from '../fake-clock.ts'
import type { RecordFormatName } from '../../../consumer/records/formats/record-format.ts'
import type { DumpContent } from '../../../core/contracts/dump-content.ts'

/** What was found of one content and format. */
export interface FullDiskFinding {
  content: DumpContent
  format: RecordFormatName

  /** Code and message of the dump that had no room. */
  code: string
  message: string

  /** Files in the folder then, and whether they and the manifest were those of before. */
  files: string[]
  isAsBefore: boolean

  /** Outcome and records of the next dump, with room. */
  healed: string
  count: number
}

const [disk = '', smallPath = '', largePath = ''] = process.argv.slice(2)
const clock = new FakeClock()
const { signal } = new AbortController()
const LEFT_BYTES = 32_768
const findings: FullDiskFinding[] = []

for (const content of DUMP_CONTENTS) {
  for (const format of keysOf(RECORD_FORMATS)) {
    findings.push(await fillUp(content, format))
  }
}
process.stdout.write(`${JSON.stringify(findings)}\n`)

async function fillUp (content: DumpContent, format: RecordFormatName): Promise<FullDiskFinding> {
  const folder = await DumpFolder.open(join(disk, `${content}-${format}`))
  const dump = async (path: string): Promise<{ outcome: string, count?: number }> => {
    await using store = await SqliteStore.open({ clock }, { path, coalesceWindowMs: 0, readOnly: true })
    await clock.advance(600_000)
    const options = { contents: [content], format, full: true, keepMs: 1e12, minFreeBytes: 0 }
    const result = await new RecordDump({ store, folder, clock, log: pino({ level: 'silent' }) }, options).dump(content, signal)

    return { outcome: result.outcome, ...result.outcome === 'written' && { count: result.entry.count } }
  }
  await dump(smallPath)
  const contents = (): string[] => readdirSync(folder.path).sort().map(name => `${name} ${readFileSync(join(folder.path, name), 'base64')}`)
  const before = contents()
  const { bavail, bsize } = statfsSync(disk)
  writeFileSync(join(disk, 'ballast'), Buffer.alloc(bavail * bsize - LEFT_BYTES))
  const failure: unknown = await dump(largePath).then(({ outcome }) => outcome, (err: unknown) => err)
  const [files, isAsBefore] = [readdirSync(folder.path).sort(), contents().join() === before.join()]
  rmSync(join(disk, 'ballast'))
  const healed = await dump(largePath)
  const listed = (await readManifest(folder))?.dumps.map(({ file }) => file) ?? []

  return {
    content,
    format,
    code: isProbeError(failure) ? failure.code : 'none',
    message: errorText(failure),
    files,
    isAsBefore,
    healed: `${healed.outcome}, ${String(listed.length)} listed of ${String(readdirSync(folder.path).length - 1)}`,
    count: healed.count ?? 0
  }
}
