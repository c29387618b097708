import assert from 'node:assert/strict'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import { DumpFolder } from '../../../consumer/dumps/dump-folder.ts'
import { isProbeError } from '../../../core/errors.ts'
import { isAbort } from '../../../core/time/signals.ts'
import { TempFolder } from '../../support/temp-folder.ts'

const { signal } = new AbortController()

async function* chunks (...parts: (string | Error)[]): AsyncIterable<Uint8Array> {
  for (const part of parts) {
    if (part instanceof Error) {
      throw part
    }
    yield Buffer.from(part)
  }
}

suite('DumpFolder', () => {
  test('writes a compressed file whole, with its size and hash, and leaves nothing else', async () => {
    using temp = new TempFolder()
    const folder = await DumpFolder.open(temp.file('new/dumps'))
    const parts = Array.from({ length: 500 }, (_, i) => `${'x'.repeat(1_000)} ${String(i)}\n`)
    const { bytes, sha256 } = await folder.writeChunks('a.zst', { chunks: chunks(...parts), compression: 'zstd', minFreeBytes: 0 }, signal)
    const content = readFileSync(temp.file('new/dumps/a.zst'))

    assert.equal(zstdDecompressSync(content).toString(), parts.join(''))
    assert.equal(bytes, content.length)
    assert.equal(sha256, createHash('sha256').update(content).digest('hex'))
    assert.deepEqual(await folder.list(), ['a.zst'])
  })

  test('writes a file that is compressed already as it is', async () => {
    using temp = new TempFolder()
    const folder = await DumpFolder.open(temp.path)
    const written = await folder.writeChunks('a.parquet', { chunks: chunks('PAR1', 'x'), compression: 'none', minFreeBytes: 0 }, signal)

    assert.equal(readFileSync(temp.file('a.parquet'), 'utf8'), 'PAR1x')
    assert.deepEqual(written, { bytes: 5, sha256: createHash('sha256').update('PAR1x').digest('hex') })
  })

  test('leaves the file before in its place when the source fails or the process stops', async () => {
    using temp = new TempFolder()
    const folder = await DumpFolder.open(temp.path)
    await folder.writeText('a.zst', 'before')
    const failure = new TypeError('store is away')

    for (const compression of ['zstd', 'none'] as const) {
      await assert.rejects(folder.writeChunks('a.zst', { chunks: chunks('x', failure), compression, minFreeBytes: 0 }, signal), failure)
      await assert.rejects(folder.writeChunks('a.zst', { chunks: chunks('x'), compression, minFreeBytes: 0 }, AbortSignal.abort()), isAbort)
    }

    assert.deepEqual(await folder.list(), ['a.zst'])
    assert.equal(readFileSync(temp.file('a.zst'), 'utf8'), 'before')
  })

  test('names the path that the system refuses', async () => {
    using temp = new TempFolder()
    writeFileSync(temp.file('file'), '')
    await assert.rejects(DumpFolder.open(temp.file('file/dumps')), err => isProbeError(err, 'PP_DUMP_FAILED') && err.message.includes('file/dumps'))
    const folder = await DumpFolder.open(temp.path)
    mkdirSync(temp.file('a'))
    await assert.rejects(folder.writeText('a', 'x'), err => isProbeError(err, 'PP_DUMP_FAILED'))

    assert.deepEqual((await folder.list()).sort(), ['a', 'file'])
  })

  test('says how to make room, or what else to do, where the system refuses', async () => {
    using temp = new TempFolder()
    const folder = await DumpFolder.open(temp.path)
    const refusal = (code: string): Error => Object.assign(new Error(`${code}: refused`), { code, syscall: 'write' })
    const messageOf = async (code: string): Promise<string> => {
      const written = folder.writeChunks('a.zst', { chunks: chunks(refusal(code)), compression: 'none', minFreeBytes: 0 }, signal)

      return await written.then(() => 'written', (err: unknown) => isProbeError(err, 'PP_DUMP_FAILED') ? err.message : String(err))
    }

    for (const [code, remedy] of [['ENOSPC', 'make room on this disk, or keep dump files for a shorter time'], ['EDQUOT', 'make room on this disk, or keep dump files for a shorter time'], ['EROFS', 'mount the folder writable'], ['EACCES', 'let the user of this process write to the folder']] as const) {
      assert.equal(await messageOf(code), `${temp.file('a.zst')}: ${code}: refused: ${remedy}`)
    }
    assert.equal(await messageOf('EIO'), `${temp.file('a.zst')}: EIO: refused`)
    assert.deepEqual(await folder.list(), [])
  })

  test('stops a file that would leave less free space than it may, and leaves nothing of it', async () => {
    using temp = new TempFolder()
    const folder = await DumpFolder.open(temp.path)
    const megabyte = randomBytes(1_048_576).toString('latin1')
    let free = 20_000_000
    folder.free = async () => await Promise.resolve(free -= 10_000_000)
    const write = async (): Promise<unknown> => await folder.writeChunks('a.zst', { chunks: chunks(...Array.from({ length: 30 }, () => megabyte)), compression: 'none', minFreeBytes: 5_000_000 }, signal)
    await assert.rejects(write(), err => isProbeError(err, 'PP_DUMP_FAILED') && err.message.includes('has room for 0 bytes more, and dumps leave 5000000 free: make room on this disk'))
    assert.deepEqual(await folder.list(), [])
    free = 1_000_000_000
    await write()

    assert.deepEqual(await folder.list(), ['a.zst'])
  })

  test('removes what killed writers left, not what others are writing or what is whole', async () => {
    using temp = new TempFolder()
    const folder = await DumpFolder.open(temp.path)
    const file = 'visits-20261130T100000.000Z.parquet'
    const temporary = (name: string): string => `${name}.${randomUUID()}.tmp`
    const young = temporary(file)
    const others = [file, temporary('theirs.txt'), 'other.tmp']
    for (const name of [temporary(file), temporary('manifest.json'), young, ...others]) {
      writeFileSync(temp.file(name), '')
      if (name !== young) {
        utimesSync(temp.file(name), 1_000, 1_000)
      }
    }
    await folder.removeStale(Date.now())

    assert.deepEqual((await folder.list()).sort(), [young, ...others].sort())
  })

  test('tells the room on its disk, and removes files that may be gone', async () => {
    using temp = new TempFolder()
    const folder = await DumpFolder.open(temp.path)
    await folder.writeText('a', '')
    await folder.remove(['a', 'b'])

    assert.deepEqual(await folder.list(), [])
    assert.ok(await folder.free() > 0)
  })

  test('writes for its owner alone, or for the group too where the folder is shared with one, and puts its older files right', async () => {
    using temp = new TempFolder()
    const modes = async (folderMode: number): Promise<number[]> => {
      const path = temp.file(folderMode.toString(8))
      mkdirSync(path)
      chmodSync(path, folderMode)
      const older = ['ndjson.zst', 'csv.zst', 'parquet', 'parquet.0a1b.tmp'].map(ending => join(path, `nodes-20261130T100000.000Z.${ending}`))
      for (const name of older) {
        writeFileSync(name, '')
        chmodSync(name, 0o666)
      }
      const folder = await DumpFolder.open(path)
      await folder.writeText('manifest.json', '{}')

      return [path, ...older, join(path, 'manifest.json')].map(name => statSync(name).mode & 0o7777)
    }

    assert.deepEqual(await modes(0o755), [0o755, ...Array.from({ length: 5 }, () => 0o600)])
    // As Kubernetes leaves a volume of a pod with `fsGroup`.
    assert.deepEqual(await modes(0o2775), [0o2775, ...Array.from({ length: 5 }, () => 0o640)])
  })
})
