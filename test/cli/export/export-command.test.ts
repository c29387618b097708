import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { Writable } from 'node:stream'
import { after, before, suite, test } from 'node:test'
import { Command } from 'commander'
import { addExportCommand } from '../../../cli/export/export-command.ts'
import { runExport } from '../../../cli/export/run-export.ts'
import { openStore } from '../../../consumer/store/open-store.ts'
import { isProbeError } from '../../../core/errors.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { runCli } from '../../support/cli/run-cli.ts'
import { fillRunFolder } from '../../support/cli/run-folder.ts'
import { readWithDuckdb } from '../../support/consumer/duckdb-reader.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import type { Output } from '../../../cli/export/run-export.ts'
import type { StoredRecord } from '../../../consumer/records/record-column.ts'
import type { RecordKind } from '../../../consumer/records/record-kinds.ts'

const KINDS: readonly RecordKind[] = ['nodes', 'visits', 'crawls', 'sessions']
const NAMES = { ndjson: 'NDJSON', csv: 'CSV', parquet: 'Parquet' } as const

suite('export', () => {
  let folder: TempFolder
  const run = async (...args: string[]): Promise<{ code: unknown, stdout: string, stderr: string }> => await runCli(['export', ...args, '--data', folder.file('run')])
  const stored = async (kind: RecordKind): Promise<readonly StoredRecord[]> => {
    await using store = await openStore({ sqlite: { path: folder.file('run/peerprobe.sqlite') } }, { clock: systemClock }, { coalesceWindowMs: 0 })
    await using snapshot = await store.snapshot()

    return (await snapshot.records({ kind, limit: 100 })).records
  }
  before(async () => {
    folder = new TempFolder()
    await fillRunFolder(folder.file('run'))
    assert.equal((await runCli(['sessions', 'derive', '--data', folder.file('run')])).code, 0)
  })
  after(() => {
    folder[Symbol.dispose]()
  })

  test('writes each kind in each format, and DuckDB reads what the store has', async () => {
    for (const kind of KINDS) {
      const expected = await stored(kind)
      assert.ok(expected.length > 0)

      for (const format of ['ndjson', 'csv', 'parquet'] as const) {
        const out = folder.file(`${kind}.${format}`)
        const { code, stdout } = await run(kind, '--format', format, '--out', out)
        assert.equal(code, 0)
        assert.match(stdout, new RegExp(`: ${String(expected.length)} ${kind}, ${String(readFileSync(out).length)} bytes, SHA-256 [0-9a-f]{64}\n$`))
        assert.deepEqual(await readWithDuckdb(out, kind, NAMES[format]), expected)
      }
    }
  })

  test('writes to standard output what it writes to a file, and nothing else', async () => {
    const out = folder.file('crawls.csv')
    await run('crawls', '--format', 'csv', '--out', out)

    assert.deepEqual(await run('crawls', '--format', 'csv'), { code: 0, stdout: readFileSync(out, 'utf8'), stderr: '' })
  })

  test('filters, and refuses conditions that the kind does not know, before it writes', async () => {
    assert.deepEqual((await run('visits', '--outcome', 'timeout')).stdout.trim().split('\n').map(line => (JSON.parse(line) as StoredRecord)['outcome']), ['timeout'])
    const { code, stderr } = await run('crawls', '--outcome', 'ok', '--out', folder.file('refused'))

    assert.notEqual(code, 0)
    assert.match(stderr, /crawls cannot be filtered by outcome: use network/)
    assert.equal(readdirSync(folder.path).includes('refused'), false)
  })

  test('does not print Parquet on a terminal', async () => {
    const terminal: Output = Object.assign(new Writable(), { isTTY: true })
    const options = { data: folder.file('run'), format: 'parquet', out: '-' } as const

    await assert.rejects(runExport('nodes', options, new AbortController().signal, terminal), err => isProbeError(err, 'PP_CONFIG_INVALID') && err.message.includes('--out FILE'))
  })

  test('is a command of its own', () => {
    const program = new Command()
    addExportCommand(program)

    assert.deepEqual(program.commands.map(command => command.name()), ['export'])
  })
})
