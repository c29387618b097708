import { parse } from 'yaml'

/** Texts of the files that carry the version. */
export interface VersionFiles { manifest: string, chart: string, changelog: string }

// Semantic Versioning without build metadata: neither image tags nor chart versions in a registry may contain a plus sign.
const TAG = /^v(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)$/

/** Why a tag cannot be released: one sentence for each place with another version. */
export function releaseFaults (tag: string, { manifest, chart, changelog }: VersionFiles): string[] {
  const version = TAG.exec(tag)?.[1]

  if (version === undefined) {
    return [`the tag ${JSON.stringify(tag)} is not a version: it must be v and a semantic version, such as v0.1.0`]
  }

  const { version: chartVersion, appVersion } = parse(chart) as { version: string, appVersion: string }
  const carried = [
    ['version in package.json', (JSON.parse(manifest) as { version: string }).version],
    ['version in helm/peerprobe/Chart.yaml', chartVersion],
    ['appVersion in helm/peerprobe/Chart.yaml', appVersion]
  ] as const

  return [
    ...carried.filter(([, text]) => text !== version).map(([where, text]) => `${where} is ${text}, and the tag says ${version}`),
    ...changelog.includes(`\n## ${version} `) ? [] : [`CHANGELOG.md has no heading "## ${version} (date)"`]
  ]
}
