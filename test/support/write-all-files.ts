// Run by a test with a chosen umask: writes one of each file that PeerProbe creates to the given folder.
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { DumpFolder } from '../../consumer/dumps/dump-folder.ts'
import { openStore } from '../../consumer/store/open-store.ts'
import { EmbeddedBus } from '../../core/bus/embedded/embedded-bus.ts'
import { ProbeError } from '../../core/errors.ts'
import { createLogger } from '../../core/process/logger.ts'
import { runProcess } from '../../core/process/process.ts'
import { systemClock } from '../../core/time/clock.ts'
import { keepKnownPeers, readKnownPeers } from '../../crawler/known-peers-file.ts'
import { loadIdentity } from '../../crawler/passive/identity.ts'
import { openDataFolder } from '../../local/files/data-folder.ts'
import { RotatingLog } from '../../local/files/rotating-log.ts'

const log = createLogger({ level: 'silent' })
const { signal } = new AbortController()
using folder = openDataFolder(join(process.argv[2] ?? '', 'run'), { empty: false })
await using store = await openStore({ sqlite: { path: folder.databasePath } }, { clock: systemClock }, { coalesceWindowMs: 0 })
await store.migrate()
await using bus = await EmbeddedBus.open({ log, clock: systemClock }, { path: folder.busPath }, signal)
await bus.ensureTopic({ name: 'topic', partitions: 1, retentionMs: 1 }, signal)
await readKnownPeers(join(folder.stateFolder, 'main', 'known-peers.ndjson'), log)
await keepKnownPeers(join(folder.stateFolder, 'main', 'known-peers.ndjson'), log)([])
await loadIdentity(join(folder.stateFolder, 'main', 'identity.key'))
const dumps = await DumpFolder.open(folder.dumpFolder)
await dumps.writeText('manifest.json', '{}')
using childLog = new RotatingLog(join(folder.logFolder, 'child.log'), { maxBytes: 4 })
const printed = new PassThrough()
childLog.follow(printed)
printed.end('aaaa')
await new Promise(resolve => printed.once('end', resolve))
await runProcess(async () => {
  await Promise.reject(new ProbeError('PP_CONFIG_INVALID', 'a'))
}, { log, stopTimeoutMs: 1_000, terminationLog: join(folder.logFolder, 'child.last-words') })
process.exitCode = 0
process.send?.('written')
// The companion files of a database are removed when it is closed.
await new Promise(resolve => process.once('disconnect', resolve))
