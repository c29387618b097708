import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { suite, test } from 'node:test'
import { BundleArchive } from '../../../../operator/commands/bundle/bundle-archive.ts'
import { TempFolder } from '../../../support/temp-folder.ts'

const TIME = new Date('2026-11-30T21:00:00Z')

suite('BundleArchive', () => {
  test('is a .tar.gz of one folder that tar unpacks, for its owner alone, with the list of what is missing', async () => {
    using folder = new TempFolder()
    const archive = new BundleArchive('bundle', TIME)
    archive.add('objects/a.yaml', 'kind: Pod ä\n')
    archive.add(`pods/${'n'.repeat(150)}/log.txt`, 'line\n')
    archive.missing.push({ part: 'x', reason: 'forbidden' })
    await archive.write(folder.file('out.tar.gz'))
    execFileSync('tar', ['-xzf', folder.file('out.tar.gz'), '-C', folder.path])

    assert.equal(statSync(folder.file('out.tar.gz')).mode & 0o777, 0o600)
    assert.equal(readFileSync(folder.file('bundle/objects/a.yaml'), 'utf8'), 'kind: Pod ä\n')
    assert.equal(readFileSync(folder.file(`bundle/pods/${'n'.repeat(150)}/log.txt`), 'utf8'), 'line\n')
    assert.deepEqual(JSON.parse(readFileSync(folder.file('bundle/missing.json'), 'utf8')), [{ part: 'x', reason: 'forbidden' }])
  })

  test('leaves out what would make it too large, says so, and takes what is smaller', async () => {
    using folder = new TempFolder()
    const archive = new BundleArchive('bundle', TIME, 10)
    archive.add('large', 'x'.repeat(11))
    archive.add('small', 'x'.repeat(10))
    archive.add('more', 'x')
    await archive.write(folder.file('out.tar.gz'))
    const names = execFileSync('tar', ['-tzf', folder.file('out.tar.gz')], { encoding: 'utf8' }).trim().split('\n')

    assert.deepEqual(names, ['bundle/small', 'bundle/missing.json'])
    assert.deepEqual(archive.missing.map(({ part }) => part), ['large', 'more'])
  })

  test('writes over nothing, and names the option', async () => {
    using folder = new TempFolder()
    const archive = new BundleArchive('bundle', TIME)
    await archive.write(folder.file('out.tar.gz'))

    await assert.rejects(archive.write(folder.file('out.tar.gz')), { code: 'PP_CONFIG_INVALID', message: /^--file: EEXIST/ })
    await assert.rejects(archive.write(folder.file('none/out.tar.gz')), { code: 'PP_CONFIG_INVALID', message: /^--file: ENOENT/ })
  })
})
