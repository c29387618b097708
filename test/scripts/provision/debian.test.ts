import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ensurePrograms } from '../../../scripts/provision/debian.ts'

const { signal } = new AbortController()

/** Runs with only the system's server folders on the PATH. */
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
  test('installs nothing if the programs exist', async () => {
    assert.equal(await ensurePrograms(['sh', 'env'], ['no-such-package'], signal), undefined)
  })

  test('reports what is missing and how to get it if nothing can be installed', async () => {
    await withPath('', async () => {
      assert.equal(
        await ensurePrograms(['no-such-program'], ['some-package', 'another'], signal),
        'no no-such-program on this machine, and installing it needs root on Debian: apt-get install some-package another'
      )
    })
  })
})
