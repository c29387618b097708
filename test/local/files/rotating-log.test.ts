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
  test('starts a new file after its limit, keeps the previous one, and appends to the file of an earlier run', async (t) => {
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

  test('continues when a full disk refuses the output of a child, and logs how much is missing once there is space', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'peerprobe-log-'))
    t.after(() => rm(folder, { recursive: true }))
    const path = join(folder, 'crawler.log')
    let isFull = false
    using log = new RotatingLog(path, { write: (file, bytes) => {
      if (isFull) {
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' })
      }
      // A nearly full file system accepts a part.
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

    assert.equal(await readFile(path, 'utf8'), 'first\n\n{"level":"warn","msg":"output dropped: the log could not be written","bytes":13,"reason":"ENOSPC: no space left on device, write"}\nfourth\n')
  })
})
