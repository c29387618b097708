// Run by `npm run bench:dump` in a process that is measured: writes one full dump and prints its number of records.
import { DumpFolder } from '../../../consumer/dumps/dump-folder.ts'
import { RecordDump } from '../../../consumer/dumps/record-dump.ts'
import { RECORD_FORMATS } from '../../../consumer/records/formats/record-format.ts'
import { openStore } from '../../../consumer/store/open-store.ts'
import { DUMP_CONTENTS } from '../../../core/contracts/dump-content.ts'
import { createLogger } from '../../../core/process/logger.ts'
import { keysOf } from '../../../core/record-keys.ts'
import { systemClock } from '../../../core/time/clock.ts'

const [path = '', target = '', word, name] = process.argv.slice(2)
const content = DUMP_CONTENTS.find(each => each === word) ?? 'nodes'
const format = keysOf(RECORD_FORMATS).find(each => each === name) ?? 'NDJSON'
const deps = { clock: systemClock, log: createLogger({ level: 'warn' }) }
await using store = await openStore({ sqlite: { path } }, deps, { coalesceWindowMs: 0 })
const dump = new RecordDump({ ...deps, store, folder: await DumpFolder.open(target) }, { contents: [content], format, full: true, keepMs: 0, minFreeBytes: 0 })
const result = await dump.dump(content, new AbortController().signal)
process.stdout.write(JSON.stringify(result.outcome === 'written' ? { count: result.entry.count, bytes: result.entry.bytes } : result))
