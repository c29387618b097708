interface Manifest {
  private?: boolean
  dependencies: Record<string, string>
  [key: string]: unknown
}

/** What of the published package is in it. */
export interface PackageContent {
  /** Commands and their files. */
  bin: Record<string, string>

  /** What its files import, as it stands there. */
  imported: ReadonlySet<string>
}

// What is of use to whoever installs it; the rest is for who works on it.
const KEPT = ['name', 'version', 'description', 'license', 'type', 'engines'] as const

/** The published package's package.json from the repository's: with the dependencies that its files import, and no others. */
export function packageManifest (text: string, { bin, imported }: PackageContent): Record<string, unknown> {
  const manifest = JSON.parse(text) as Manifest
  const names = new Set([...imported].filter(specifier => !/^(?:\.|node:)/.test(specifier)).map(nameOf))

  return {
    ...Object.fromEntries(KEPT.map(key => [key, manifest[key]])),
    bin,
    dependencies: Object.fromEntries(Object.entries(manifest.dependencies).filter(([name]) => names.has(name)))
  }
}

function nameOf (specifier: string): string {
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
}
