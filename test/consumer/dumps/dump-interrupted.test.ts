// A dump whose process is killed, or that the disk has no room for, leaves no file that looks whole.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, statSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { DumpFolder } from '../../../consumer/dumps/dump-folder.ts'
import { newestDump } from '../../../local/files/newest-dump.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import { until } from '../../support/until.ts'

const ENDLESS = fileURLToPath(new URL('../../support/consumer/endless-dump.ts', import.meta.url))

// Each content, and each format: the writer of a file knows nothing of what is in it.
const CASES = [['nodes', 'NDJSON'], ['nodes', 'CSV'], ['nodes', 'Parquet'], ['visits', 'Parquet'], ['crawls', 'CSV'], ['sessions', 'NDJSON']] as const

suite('a dump', () => {
  for (const [content, format] of CASES) {
    test(`of ${content} in ${format} whose process is killed leaves no file under its name, and the next one removes what is left`, async () => {
      using folder = new TempFolder()
      const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ENDLESS, folder.path, format, content], { stdio: 'inherit' })
      await until('something is written', () => readdirSync(folder.path).some(name => statSync(folder.file(name)).size > 0), 60_000)
      child.kill('SIGKILL')
      await once(child, 'exit')

      assert.equal(newestDump(folder.path), null)
      const left = readdirSync(folder.path)
      assert.deepEqual(left.map(name => new RegExp(`^${content}-[0-9TZ.]+\\.(?:ndjson\\.zst|csv\\.zst|parquet)\\.[0-9a-f-]+\\.tmp$`).test(name)), [true])
      await (await DumpFolder.open(folder.path)).removeStale(Date.now() + 3_600_000)
      assert.deepEqual(readdirSync(folder.path), [])
    })

    // The system refuses to let a file grow beyond a limit just as it refuses when the disk is full: within a file, by an error.
    test(`of ${content} in ${format} that the system refuses half-way fails and leaves no file`, { skip: process.platform === 'win32' ? 'needs ulimit' : false }, async () => {
      using folder = new TempFolder()
      const child = spawn('sh', ['-c', 'ulimit -f 256; exec "$@"', 'sh', process.execPath, '--disable-warning=ExperimentalWarning', ENDLESS, folder.path, format, content], { stdio: ['ignore', 'pipe', 'inherit'] })
      assert.equal(await text(child.stdout), 'PP_DUMP_FAILED')

      assert.deepEqual(readdirSync(folder.path), [])
    })
  }
})
