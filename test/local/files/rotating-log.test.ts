import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { suite, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { RotatingLog } from '../../../local/files/rotating-log.ts'

suite('RotatingLog', () => {
  test('starts a new file past its limit, keeps the one before, and goes on where an earlier run ended', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'peerprobe-log-'))
    t.after(() => rm(folder, { recursive: true }))
    const path = join(folder, 'crawler.log')

    for (const chunks of [['aaaa', 'bbbb'], ['cccc']]) {
      using log = new RotatingLog(path, { maxBytes: 10 })
      const stream = new PassThrough()
      log.follow(stream)
      chunks.forEach(chunk => stream.write(chunk))
      stream.end()
      await once(stream, 'end')
    }

    assert.equal(await readFile(`${path}.1`, 'utf8'), 'aaaabbbb')
    assert.equal(await readFile(path, 'utf8'), 'cccc')
  })

  test('goes on when a full disk refuses what a child prints, and says how much is missing once there is room', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'peerprobe-log-'))
    t.after(() => rm(folder, { recursive: true }))
    const path = join(folder, 'crawler.log')
    let isFull = false
    using log = new RotatingLog(path, { write: (file, bytes) => {
      if (isFull) {
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' })
      }
      // A file system with little room takes a part.
      return writeSync(file, bytes, 0, Math.min(3, bytes.length))
    } })
    const stream = new PassThrough()
    log.follow(stream)
    const print = async (text: string, full: boolean): Promise<void> => {
      isFull = full
      stream.write(text)
      await setImmediate()
    }
    await print('first\n', false)
    await print('second\n', true)
    await print('third\n', true)
    await print('fourth\n', false)

    assert.equal(await readFile(path, 'utf8'), 'first\n\n{"level":"warn","msg":"output left out: the log could not be written","bytes":13,"reason":"ENOSPC: no space left on device, write"}\nfourth\n')
  })
})
