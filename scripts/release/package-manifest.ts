interface Manifest {
  private?: boolean
  dependencies: Record<string, string>
  [key: string]: unknown
}

/** The contents of the published package. */
export interface PackageContent {
  /** Commands and their files. */
  bin: Record<string, string>

  /** The packages that its files import, by the names in the imports. */
  imported: ReadonlySet<string>
}

// Fields that matter to users of the package; the other fields are for its developers.
const KEPT = ['name', 'version', 'description', 'license', 'type', 'engines'] as const

/** The published package's package.json from the repository's: with the dependencies that its files import, and no others. */
export function packageManifest (text: string, { bin, imported }: PackageContent): Record<string, unknown> {
  const manifest = JSON.parse(text) as Manifest
  const names = packagesIn(imported)

  return {
    ...Object.fromEntries(KEPT.map(key => [key, manifest[key]])),
    bin,
    dependencies: Object.fromEntries(Object.entries(manifest.dependencies).filter(([name]) => names.has(name)))
  }
}

/** The names of the packages among what files import. */
export function packagesIn (imported: ReadonlySet<string>): Set<string> {
  return new Set([...imported].filter(specifier => !/^(?:\.|node:)/.test(specifier)).map(nameOf))
}

function nameOf (specifier: string): string {
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
}
