import { lockedPackages } from './lock-file.ts'
import type { LockedPackage } from './lock-file.ts'

interface LockFile { packages: Record<string, Record<string, unknown>> }

/** A lock file with checksums added. */
export interface CompletedLock {
  /** The lock file as npm would write it. */
  text: string

  added: readonly LockedPackage[]

  /** Packages for which the registry has none. */
  missing: readonly LockedPackage[]
}

// SHA-512 in base64.
const INTEGRITY = /^sha512-[A-Za-z0-9+/]{86}==$/

/** Requests the missing checksums. Existing checksums are never replaced. */
export function completeLock (text: string, integrityOf: (name: string, version: string) => string | undefined): CompletedLock {
  const lock = JSON.parse(text) as LockFile
  const lacking = lockedPackages(text).filter(({ integrity }) => integrity === undefined)
  const added: LockedPackage[] = []

  for (const each of lacking) {
    const integrity = integrityOf(each.name, each.version)

    if (integrity !== undefined && INTEGRITY.test(integrity)) {
      const { version, ...rest } = lock.packages[each.path] ?? {}
      lock.packages[each.path] = { version, integrity, ...rest }
      added.push(each)
    }
  }

  return { text: `${JSON.stringify(lock, null, 2)}\n`, added, missing: lacking.filter(each => !added.includes(each)) }
}
