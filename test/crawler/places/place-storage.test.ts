import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { isProbeError } from '../../../core/errors.ts'
import { listPlaceFiles, readPlaceFile } from '../../../crawler/places/place-storage.ts'
import { TempFolder } from '../../support/temp-folder.ts'

suite('stored place files', () => {
  test('are read in the state in which they were listed, or not at all', async () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('a.mmdb'), 'one')
    const state = (await listPlaceFiles(folder.path)).get('a.mmdb') ?? ''
    const read = async (): Promise<Buffer | undefined> => await readPlaceFile(folder.path, 'a.mmdb', { state, maxBytes: 10 })
    assert.equal((await read())?.toString(), 'one')
    writeFileSync(folder.file('a.mmdb'), 'other')

    assert.equal(await read(), undefined)
  })

  test('are not read beyond a size', async () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('a.mmdb'), 'eleven bytes')

    await assert.rejects(readPlaceFile(folder.path, 'a.mmdb', { state: '', maxBytes: 10 }), err => isProbeError(err, 'PP_PLACES_INVALID') && err.message.includes('has 12 bytes, and there is room for 10'))
  })
})
