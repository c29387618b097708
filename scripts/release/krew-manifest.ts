const ARCHIVE = /^( *)\{\{ ?addURIAndSha "(.+?)" \.TagName \}\}$/m
const TAG = /\{\{ ?\.TagName ?\}\}/g

/**
 * The manifest by which krew installs a release of the plugin, from its template.
 *
 * @param sha256 checksum of the archive, in hexadecimal
 * @throws TypeError when the template has no place for the archive, or a part that this does not fill in
 */
export function krewManifest (template: string, { tag, sha256 }: { tag: string, sha256: string }): string {
  if (!ARCHIVE.test(template)) {
    throw new TypeError('.krew.yaml has no line with addURIAndSha for the archive')
  }

  const filled = template
    .replace(ARCHIVE, (_, indent: string, uri: string) => `${indent}uri: ${uri}\n${indent}sha256: ${sha256}`)
    .replaceAll(TAG, tag)

  if (filled.includes('{{')) {
    throw new TypeError(`.krew.yaml has a part that is not filled in: ${/\{\{.*/.exec(filled)?.[0] ?? ''}`)
  }

  return filled
}
