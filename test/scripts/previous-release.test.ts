import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { suite, test } from 'node:test'
import { KEPT_PATHS, KEPT_SOURCES, keptSources, PREVIOUS_COMMIT } from '../../scripts/release/previous-release.ts'

const BLOCK = 512
const NAME_LENGTH = 100
const MOST_BYTES = 1_048_576

suite('kept sources of the previous release', () => {
  test('are those of the commit that is named, and small enough for a repository', () => {
    // git archive begins with a header whose only record names the commit.
    const [, comment] = /^\d+ comment=([0-9a-f]{40})\n/.exec(keptSources().toString('latin1', BLOCK, 2 * BLOCK)) ?? []

    assert.equal(comment, PREVIOUS_COMMIT)
    assert.ok(statSync(KEPT_SOURCES).size < MOST_BYTES)
  })

  test('have all that the image and the chart are made of', () => {
    const archive = keptSources()
    const starts = Array.from({ length: archive.length / BLOCK }, (_, i) => archive.toString('latin1', i * BLOCK, i * BLOCK + NAME_LENGTH).split('\0')[0]!)
    const names = new Set(starts)

    assert.deepEqual(KEPT_PATHS.filter(path => !names.has(path) && !names.has(`${path}/`)), [])
    assert.ok(names.has('helm/peerprobe/Chart.yaml') && names.has('operator/main.ts'))
  })
})
