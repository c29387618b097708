// Reads package-lock.json for all checks of the supply chain.
import { readFileSync } from 'node:fs'

/** A package as the lock file pins it. */
export interface LockedPackage {
  /** Its folder, relative to the root: `node_modules/a/node_modules/b`. */
  path: string

  name: string
  version: string

  /** Checksum of its archive, in the form of Subresource Integrity. */
  integrity?: string

  /** Its source if that is not the configured registry. */
  resolved?: string

  /** SPDX expression from its package.json. */
  license?: string

  /** The publisher's message if the package is deprecated. */
  deprecated?: string

  /** Whether it is needed only for development. */
  dev?: boolean

  optional?: boolean
  hasInstallScript?: boolean

  /** Operating systems, processors and C libraries that it supports, in Node's terms; all when absent. */
  os?: readonly string[]
  cpu?: readonly string[]
  libc?: readonly string[]

  /** Versions of its optional dependencies: often one binary for each platform. */
  optionalDependencies?: Readonly<Record<string, string>>
}

/** A platform, in Node's terms. */
export interface Platform {
  os: string
  cpu: string
  libc: string
}

/** The platforms that the image is built for. */
export const IMAGE_PLATFORMS: readonly Platform[] = ['x64', 'arm64'].map(cpu => ({ os: 'linux', cpu, libc: 'glibc' }))

const root = new URL('../../', import.meta.url)

/** Every package of the lock file, in order. */
export function lockedPackages (text: string = readFileSync(new URL('package-lock.json', root), 'utf8')): LockedPackage[] {
  const { packages } = JSON.parse(text) as { packages: Record<string, Partial<LockedPackage>> }

  return Object.entries(packages).filter(([path]) => path !== '').map(([path, entry]) => ({
    ...entry,
    path,
    name: entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    version: entry.version ?? ''
  }))
}

/** Whether npm installs a package on a platform. */
export function isFor ({ os, cpu, libc }: Pick<LockedPackage, 'os' | 'cpu' | 'libc'>, platform: Platform): boolean {
  return isListed(os, platform.os) && isListed(cpu, platform.cpu) && isListed(libc, platform.libc)
}

// As in package.json: allowed names, or excluded names with `!`.
function isListed (list: readonly string[] | undefined, name: string): boolean {
  return list === undefined || (!list.includes(`!${name}`) && (list.includes(name) || list.every(each => each.startsWith('!'))))
}

/** Problems with the sources of packages; the tests require an empty list. */
export function unverified (packages: readonly LockedPackage[]): LockedPackage[] {
  return packages.filter(({ integrity, resolved }) => resolved !== undefined || integrity?.startsWith('sha512-') !== true)
}
