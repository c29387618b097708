import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { krewManifest } from '../../scripts/release/krew-manifest.ts'

const RELEASE = { tag: 'v1.2.3', sha256: 'ab'.repeat(32) }

suite('krewManifest', () => {
  test('has the archive of the tag and its checksum, in the place of the template', () => {
    const template = 'spec:\n  version: {{ .TagName }}\n  platforms:\n    - selector: {}\n      {{addURIAndSha "https://e/{{ .TagName }}/a.tar.gz" .TagName }}\n      bin: b\n'

    assert.equal(krewManifest(template, RELEASE), `spec:\n  version: v1.2.3\n  platforms:\n    - selector: {}\n      uri: https://e/v1.2.3/a.tar.gz\n      sha256: ${RELEASE.sha256}\n      bin: b\n`)
  })

  test('is refused where the template has no place for the archive, or something that nothing fills in', () => {
    assert.throws(() => krewManifest('version: {{ .TagName }}\n', RELEASE), /addURIAndSha/)
    assert.throws(() => krewManifest('{{addURIAndSha "https://e" .TagName }}\nx: {{ .Other }}\n', RELEASE), /\{\{ \.Other \}\}/)
  })
})
