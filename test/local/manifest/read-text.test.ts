import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { suite, test } from 'node:test'
import { MAX_MANIFEST_BYTES, readText } from '../../../local/manifest/read-text.ts'
import { TempFolder } from '../../support/temp-folder.ts'

const pipeIn = (folder: TempFolder): string => {
  const path = folder.file('pipe')
  execFileSync('mkfifo', [path])

  return path
}

suite('the text of a manifest', () => {
  test('is read from a file of bounded length', async () => {
    using folder = new TempFolder()
    const path = folder.file('probe.yaml')

    await assert.rejects(readText(path), { code: 'PP_CONFIG_INVALID', message: /cannot be read: ENOENT/ })
    writeFileSync(path, 'kind: PeerProbe # ü\n')
    assert.equal(await readText(path), 'kind: PeerProbe # ü\n')
    writeFileSync(path, Buffer.alloc(MAX_MANIFEST_BYTES + 1, 'x'))
    await assert.rejects(readText(path), { code: 'PP_CONFIG_INVALID', message: /longer than/ })
    await assert.rejects(readText('/dev/zero'), { code: 'PP_CONFIG_INVALID', message: /longer than/ })
    await assert.rejects(readText(folder.path), { code: 'PP_CONFIG_INVALID', message: /cannot be read: EISDIR/ })
  })

  test('is read whole from a pipe that delivers it in parts', async () => {
    using folder = new TempFolder()
    const path = pipeIn(folder)
    const text = readText(path)
    // Opened for reading as well, so that opening the pipe does not block.
    await using pipe = await open(path, 'r+')
    const whole = `kind: PeerProbe # ${'x'.repeat(200_000)}\n`
    await pipe.write(whole)
    await pipe.close()

    assert.equal(await text, whole)
  })

  test('is not awaited forever if nothing writes to the pipe', async () => {
    using folder = new TempFolder()

    await assert.rejects(readText(pipeIn(folder), { silenceMs: 0 }), { code: 'PP_CONFIG_INVALID', message: /nothing was written to it/ })
  })
})
