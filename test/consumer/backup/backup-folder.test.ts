import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { BackupFolder, expectedBytes } from '../../../consumer/backup/backup-folder.ts'
import { readBackupManifest } from '../../../consumer/backup/backup-manifest.ts'
import { isProbeError } from '../../../core/errors.ts'
import { isAbort } from '../../../core/time/signals.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import type { BackupManifest } from '../../../consumer/backup/backup-manifest.ts'

const { signal } = new AbortController()
const NOW = Date.UTC(2026, 11, 1, 2)
const DAY_MS = 86_400_000
const content = (): { rows: Record<string, number>, schemaVersion: number } => ({ rows: { visit: 3 }, schemaVersion: 3 })

async function* parts (...texts: (string | Error)[]): AsyncIterable<Buffer> {
  for (const text of texts) {
    if (text instanceof Error) {
      throw text
    }
    yield await Promise.resolve(Buffer.from(text))
  }
}

const facts = (day = 0): { kind: 'mariadb', serverVersion: string, takenAt: string } => ({ kind: 'mariadb', serverVersion: '10.11', takenAt: new Date(NOW + day * DAY_MS).toISOString() })

async function write (folder: BackupFolder, day = 0): Promise<BackupManifest> {
  return await folder.write(facts(day), { bytes: parts('a', 'b'), content }, () => NOW, signal)
}

suite('BackupFolder', () => {
  test('writes a backup and its manifest, private and whole, and leaves nothing else', async () => {
    using temp = new TempFolder()
    const folder = await BackupFolder.open({ path: temp.file('new/backups'), writer: 'w' })
    const manifest = await write(folder)
    const path = temp.file(`new/backups/${manifest.file}`)

    assert.equal(manifest.file, 'peerprobe-20261201T020000.000Z.mariadb.sql.gz')
    assert.equal(gunzipSync(readFileSync(path)).toString(), 'ab')
    assert.deepEqual([manifest.rawBytes, manifest.bytes], [2, statSync(path).size])
    assert.deepEqual(await readBackupManifest(path), manifest)
    assert.deepEqual(await folder.list(), [manifest])
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.equal(readdirSync(folder.path).length, 2)
    assert.deepEqual(expectedBytes({ bytes: 10, rawBytes: 100 }), { packed: 11, raw: 111 })
  })

  test('leaves the backups before as they were when one fails, is stopped or turns out not to be whole', async () => {
    using temp = new TempFolder()
    const folder = await BackupFolder.open({ path: temp.path, writer: 'w' })
    await write(folder)
    const before = readdirSync(temp.path)
    const failure = new TypeError('gone')
    const cut = new TypeError('cut off')
    await assert.rejects(folder.write(facts(1), { bytes: parts('a', failure), content }, () => NOW, signal), failure)
    const notWhole = (): never => {
      throw cut
    }
    await assert.rejects(folder.write(facts(1), { bytes: parts('a'), content: notWhole }, () => NOW, signal), cut)
    await assert.rejects(folder.write(facts(1), { bytes: parts('a'), content }, () => NOW, AbortSignal.abort()), isAbort)

    assert.deepEqual(readdirSync(temp.path), before)
  })

  test('removes what is older, but never the newest whole backup, nor files of others', async () => {
    using temp = new TempFolder()
    const folder = await BackupFolder.open({ path: temp.path, writer: 'w' })
    const files = [(await write(folder, -9)).file, (await write(folder, -8)).file, (await write(folder, -1)).file]
    writeFileSync(temp.file('mine.sql.gz'), '')
    const lonely = 'peerprobe-20261120T020000.000Z.mariadb.sql.gz.json'
    writeFileSync(temp.file(lonely), '{}')
    assert.deepEqual(await folder.removeOlder(NOW - 7 * DAY_MS), files.slice(0, 2))
    assert.deepEqual([...readdirSync(temp.path)].sort(), ['mine.sql.gz', files[2], `${files[2] ?? ''}.json`])

    // The newest one is damaged: the one before it is the last good one.
    const damaged = (await write(folder, 0)).file
    writeFileSync(temp.file(damaged), 'x')
    assert.deepEqual(await folder.removeOlder(NOW + DAY_MS), [damaged])
    assert.deepEqual((await folder.list()).map(({ file }) => file), [files[2]])
  })

  test('removes its own earlier tries at once, and those of others when they are surely dead', async () => {
    using temp = new TempFolder()
    const folder = await BackupFolder.open({ path: temp.path, writer: 'job-1' })
    const old = (name: string): void => {
      writeFileSync(temp.file(name), '')
      utimesSync(temp.file(name), (NOW - DAY_MS) / 1_000, (NOW - DAY_MS) / 1_000)
    }
    old('peerprobe-dump.job-0.tmp')
    old('other.tmp')
    writeFileSync(folder.temporary('dump'), '')
    writeFileSync(temp.file('peerprobe-dump.job-2.tmp'), '')
    await folder.removeLeftovers(NOW)

    assert.deepEqual([...readdirSync(temp.path)].sort(), ['other.tmp', 'peerprobe-dump.job-2.tmp'])
  })

  test('names the folder that the system refuses, and the room that is missing', async () => {
    using temp = new TempFolder()
    writeFileSync(temp.file('file'), '')
    await assert.rejects(BackupFolder.open({ path: temp.file('file/x'), writer: 'w' }), err => isProbeError(err, 'PP_BACKUP_FAILED') && err.message.includes('file/x'))
    const folder = await BackupFolder.open({ path: temp.path, writer: 'w' })
    await assert.rejects(folder.requireRoom(1e18), err => isProbeError(err, 'PP_DISK_LOW') && err.message.includes(temp.path))
    await assert.doesNotReject(folder.requireRoom(-268_435_456))
  })
})
