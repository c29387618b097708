import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { suite, test } from 'node:test'
import { RotatingLog } from '../../local/rotating-log.ts'

suite('RotatingLog', () => {
  test('starts a new file past its limit, keeps the one before, and goes on where an earlier run ended', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'peerprobe-log-'))
    t.after(() => rm(folder, { recursive: true }))
    const path = join(folder, 'crawler.log')

    for (const chunks of [['aaaa', 'bbbb'], ['cccc']]) {
      await using log = new RotatingLog(path, { maxBytes: 10 })
      const stream = new PassThrough()
      log.follow(stream)
      chunks.forEach(chunk => stream.write(chunk))
      stream.end()
      await once(stream, 'end')
    }

    assert.equal(await readFile(`${path}.1`, 'utf8'), 'aaaabbbb')
    assert.equal(await readFile(path, 'utf8'), 'cccc')
  })
})
