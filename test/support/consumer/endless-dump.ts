// Run by a test that kills it, or that limits the size of its files: dumps records without end to the folder, in the format.
// A dump that fails prints the code of its error.
import { pino } from 'pino'
import { DumpFolder } from '../../../consumer/dumps/dump-folder.ts'
import { RecordDump } from '../../../consumer/dumps/record-dump.ts'
import { columnsOf } from '../../../consumer/records/record-kinds.ts'
import { isProbeError } from '../../../core/errors.ts'
import { systemClock } from '../../../core/time/clock.ts'
import type { RecordFormatName } from '../../../consumer/records/formats/record-format.ts'
import type { StoredRecord } from '../../../consumer/records/record-column.ts'
import type { RecordKind } from '../../../consumer/records/record-kinds.ts'
import type { StoreSnapshot } from '../../../consumer/store/model/node-store.ts'
import type { DumpContent } from '../../../core/contracts/dump-content.ts'

const [path = '', format = 'NDJSON', content = 'nodes'] = process.argv.slice(2)

function record (kind: RecordKind): StoredRecord {
  // Random, so that it stays long when it is compressed.
  const text = Array.from({ length: 10 }, () => Math.random().toString(36)).join('')

  return Object.fromEntries(columnsOf(kind).map(({ name, type }) =>
    [name, { text, integer: 1, number: 0.5, boolean: true, time: '2026-01-01T00:00:00.000Z', list: [] }[type]]))
}

const snapshot: StoreSnapshot = {
  schemaVersion: 1,
  records: async ({ kind }) => {
    // A pause keeps the disk from filling up.
    await new Promise((resolve) => {
      setTimeout(resolve, 2)
    })

    return { records: Array.from({ length: 200 }, () => record(kind)), next: 'more' }
  },
  visitChanges: async () => await Promise.resolve([]),
  sessionsGeneration: async () => await Promise.resolve(1),
  [Symbol.asyncDispose]: async () => {
    await Promise.resolve()
  }
}

try {
  const deps = { store: { snapshot: async () => await Promise.resolve(snapshot) }, folder: await DumpFolder.open(path), clock: systemClock, log: pino({ level: 'silent' }) }
  const dump = new RecordDump(deps, { contents: [content as DumpContent], format: format as RecordFormatName, full: true, keepMs: 0, minFreeBytes: 0 })
  await dump.dump(content as DumpContent, new AbortController().signal)
} catch (err) {
  process.stdout.write(isProbeError(err) ? err.code : String(err))
}
