// Backups that the local runner makes by itself: of its own SQLite database, and of a server's.
import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import { stringify } from 'yaml'
import { devnetManifest } from '../../local/devnet/devnet-manifest.ts'
import { Devnet } from '../../local/devnet/devnet.ts'
import { mariadb } from '../../scripts/provision/mariadb.ts'
import { runCli } from '../support/cli/run-cli.ts'
import { LocalRun } from '../support/local-run.ts'
import { freePortPair } from '../support/servers/free-ports.ts'
import { mariadbKind } from '../support/servers/mariadb-server.ts'
import { SqlServer } from '../support/servers/sql-server.ts'
import { TempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'
import type { BackupReport } from '../../local/backup/backup-watch.ts'

const server = mariadb.find()

async function writeManifest (folder: TempFolder, devnet: Devnet, { spec, documents = [] }: { spec: object, documents?: object[] }): Promise<void> {
  // A port of its own: tests that run beside this one take the default one as well.
  const probe = devnetManifest(devnet.truth, await freePortPair())

  writeFileSync(folder.file('probe.yaml'), [{ ...probe, spec: { ...probe.spec, ...spec } }, ...documents].map(document => stringify(document)).join('---\n'))
}

function rowsIn (path: string): Record<string, number> {
  using database = new DatabaseSync(path, { readOnly: true })
  const tables = database.prepare('SELECT name FROM sqlite_master WHERE type = \'table\' AND name NOT LIKE \'sqlite%\'').all().map(({ name }) => String(name))

  return Object.fromEntries(tables.map(table => [table, Number(database.prepare(`SELECT count(*) AS n FROM "${table}"`).get()?.['n'])]))
}

async function runUntilBackup (args: string[], folder: TempFolder): Promise<{ stdout: string, path: string }> {
  await using run = new LocalRun(['probe.yaml', ...args], { cwd: folder.path })
  await until('a backup is written', () => run.stdout.includes('backup written: '), 120_000)
  run.signal('SIGINT')
  const { code, stdout, stderr } = await run.ended
  assert.equal(code, 0, stderr)

  return { stdout, path: /backup written: (\S+)/.exec(stdout)![1]! }
}

suite('npm start with backups', () => {
  test('makes one of its database, which is restored with the rows that its manifest names', async () => {
    using folder = new TempFolder()
    await using devnet = await Devnet.open({ peers: 8 }, new AbortController().signal)
    await writeManifest(folder, devnet, { spec: { backup: { enabled: true, keep: '48h' } } })
    const { path } = await runUntilBackup(['--data', 'data'], folder)
    const restored = await runCli(['restore', path, '--to', folder.file('restored.sqlite'), '--json'])

    assert.equal(restored.code, 0, restored.stderr)
    assert.deepEqual(rowsIn(folder.file('restored.sqlite')), (JSON.parse(restored.stdout) as { rows: object }).rows)
    assert.deepEqual(readdirSync(folder.file('data/backups')).sort(), [path, `${path}.json`].map(file => file.slice(folder.file('data/backups/').length)))
  })

  test('goes on crawling when a backup fails, and says so with the next attempt and in its result', async () => {
    using folder = new TempFolder()
    await using devnet = await Devnet.open({ peers: 8 }, new AbortController().signal)
    await writeManifest(folder, devnet, { spec: { backup: { enabled: true } } })
    writeFileSync(folder.file('file'), '')
    await using run = new LocalRun(['probe.yaml', '--data', 'data', '--backups', 'file/backups', '--json'], { cwd: folder.path })
    await until('it has said that the backup failed', () => run.stdout.includes('backup failed: '), 120_000)
    await until('a crawl has finished', () => run.stdout.includes('crawl finished'), 120_000)
    run.signal('SIGINT')
    const { code, stdout, stderr } = await run.ended
    const { crawl, backup } = JSON.parse(stdout.trim().split('\n').at(-1)!) as { crawl: { state: string }, backup: BackupReport }

    assert.equal(code, 0, stderr)
    assert.match(stdout, /^backup failed: \S+file\/backups: ENOTDIR.* \(PP_BACKUP_FAILED\): next attempt at 2/m)
    assert.deepEqual([crawl.state, backup.last, backup.failure?.code], ['finished', null, 'PP_BACKUP_FAILED'])
  })

  test('makes one of a server, by the dump program of this machine', 'missing' in server ? { skip: server.missing } : {}, async () => {
    using folder = new TempFolder()
    await using devnet = await Devnet.open({ peers: 8 }, new AbortController().signal)
    await using sql = await SqlServer.open(mariadbKind('at' in server ? server.at : ''))
    const root = await sql.root()
    await root.query('CREATE DATABASE nodes; CREATE USER peerprobe IDENTIFIED BY \'p\\\'w\'; GRANT ALL PRIVILEGES ON nodes.* TO peerprobe')
    await root.end()
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'me' }, stringData: { username: 'peerprobe', password: 'p\'w' } }
    const mysql = { host: '127.0.0.1', port: sql.port, database: 'nodes', credentialsSecret: { name: 'me' } }
    await writeManifest(folder, devnet, { spec: { mysql, backup: { enabled: true } }, documents: [secret] })
    const { stdout, path } = await runUntilBackup(['--data', 'data', '--backups', 'elsewhere'], folder)

    assert.match(path, /\/elsewhere\/peerprobe-\d{8}T\d{6}\.\d{3}Z\.mariadb\.sql\.gz$/)
    assert.match(stdout, /stopped before a crawl|^Backup {7}elsewhere\/peerprobe-/m)
  })
})
