import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ensurePrograms } from '../../../scripts/provision/debian.ts'

const { signal } = new AbortController()

/** Runs without any program on the PATH but those of the system's server folders. */
async function withPath (path: string, body: () => Promise<void>): Promise<void> {
  const before = process.env['PATH'] ?? ''
  process.env['PATH'] = path

  try {
    await body()
  } finally {
    process.env['PATH'] = before
  }
}

suite('ensurePrograms', () => {
  test('installs nothing where the programs are there', async () => {
    assert.equal(await ensurePrograms(['sh', 'env'], ['no-such-package'], signal), undefined)
  })

  test('says what is missing and how to get it where nothing can be installed', async () => {
    await withPath('', async () => {
      assert.equal(
        await ensurePrograms(['no-such-program'], ['some-package', 'another'], signal),
        'no no-such-program on this machine, and it takes root on Debian to install it: apt-get install some-package another'
      )
    })
  })
})
