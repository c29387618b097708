import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { suite, test } from 'node:test'
import { isProbeError } from '../../../core/errors.ts'
import { placeFolderOf } from '../../../local/files/place-folder.ts'
import { TempFolder } from '../../support/temp-folder.ts'

suite('the folder of --places', () => {
  test('is an absolute path, since the crawlers run elsewhere', () => {
    assert.ok(isAbsolute(placeFolderOf('.') ?? ''))
    assert.equal(placeFolderOf(undefined), undefined)
  })

  test('must exist and be a folder', () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('c.mmdb'), '')

    for (const [dir, reason] of [[folder.file('nowhere'), /^--places: ENOENT/], [folder.file('c.mmdb'), /is not a folder: give the one that contains the \.mmdb files$/]] as const) {
      assert.throws(() => placeFolderOf(dir), err => isProbeError(err, 'PP_CONFIG_INVALID') && reason.test(err.message))
    }
  })
})
