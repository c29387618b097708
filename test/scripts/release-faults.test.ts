import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { releaseFaults } from '../../scripts/release/release-faults.ts'

const files = (version: string): { manifest: string, chart: string, changelog: string } => ({
  manifest: JSON.stringify({ version }),
  chart: `version: ${version}\nappVersion: ${version}\n`,
  changelog: `# Changelog\n\n## Unreleased\n\n## ${version} (2026-12-01)\n`
})

suite('a release', () => {
  test('has its version everywhere', () => {
    assert.deepEqual(releaseFaults('v1.2.3', files('1.2.3')), [])
    assert.deepEqual(releaseFaults('v1.2.3-rc.1', files('1.2.3-rc.1')), [])
  })

  test('reports each place with another version', () => {
    assert.deepEqual(releaseFaults('v1.2.4', { ...files('1.2.3'), chart: 'version: 1.2.4\nappVersion: 1.2.3\n' }), [
      'version in package.json is 1.2.3, and the tag says 1.2.4',
      'appVersion in helm/peerprobe/Chart.yaml is 1.2.3, and the tag says 1.2.4',
      'CHANGELOG.md has no heading "## 1.2.4 (date)"'
    ])
  })

  test('is refused for a tag that is not a version, or that a registry does not accept', () => {
    for (const tag of ['', '1.2.3', 'v1.2', 'v1.2.3+build', 'v1.2.3\nv1.2.4', 'version']) {
      assert.match(releaseFaults(tag, files('1.2.3')).join(), /is not a version/, tag)
    }
  })

  test('is not taken from the middle of another heading', () => {
    assert.deepEqual(releaseFaults('v1.2.3', { ...files('1.2.3'), changelog: '## 1.2.34 (2026-12-01)\n' }), ['CHANGELOG.md has no heading "## 1.2.3 (date)"'])
  })
})
