// What package-lock.json says of each package: the one place where the supply chain is looked at from.
import { readFileSync } from 'node:fs'

/** A package as the lock file pins it. */
export interface LockedPackage {
  /** Where it is installed, from the root: `node_modules/a/node_modules/b`. */
  path: string

  name: string
  version: string

  /** Checksum of its archive, in the form of Subresource Integrity. */
  integrity?: string

  /** Its source where that is not the registry that npm is set to. */
  resolved?: string

  /** SPDX expression from its package.json. */
  license?: string

  /** What its publisher says when it should not be used any more. */
  deprecated?: string

  /** Whether only development needs it. */
  dev?: boolean

  optional?: boolean
  hasInstallScript?: boolean

  /** Operating systems, processors and C libraries that it is for, in Node's words; all where absent. */
  os?: readonly string[]
  cpu?: readonly string[]
  libc?: readonly string[]

  /** Versions of optional packages that it asks for: often one binary for each platform. */
  optionalDependencies?: Readonly<Record<string, string>>
}

/** What a package is installed on, in Node's words. */
export interface Platform {
  os: string
  cpu: string
  libc: string
}

/** The platforms that the image is built for. */
export const IMAGE_PLATFORMS: readonly Platform[] = ['x64', 'arm64'].map(cpu => ({ os: 'linux', cpu, libc: 'glibc' }))

const root = new URL('../../', import.meta.url)

/** Every package that the lock file pins, in its order. */
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

// As in package.json: names that are allowed, or names with `!` that are not.
function isListed (list: readonly string[] | undefined, name: string): boolean {
  return list === undefined || (!list.includes(`!${name}`) && (list.includes(name) || list.every(each => each.startsWith('!'))))
}

/** What is wrong with where packages come from: an empty list is what the tests ask for. */
export function unverified (packages: readonly LockedPackage[]): LockedPackage[] {
  return packages.filter(({ integrity, resolved }) => resolved !== undefined || integrity?.startsWith('sha512-') !== true)
}
