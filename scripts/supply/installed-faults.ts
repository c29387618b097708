import { unverified } from './lock-file.ts'
import type { LockedPackage } from './lock-file.ts'

/** What differs between what was installed and what the lock file vouches for, a sentence for each. */
export function installedFaults (packages: readonly LockedPackage[], nodeVersion: string, isInstalled: (path: string) => boolean): string[] {
  const tested = packages.find(({ path }) => path === 'node_modules/node')?.version ?? 'none'

  const mend = 'take the digest of that version in the Dockerfile, or change the development dependency "node"'

  return [
    ...tested === nodeVersion ? [] : [`the base image has Node ${nodeVersion}, the tests run on ${tested}: ${mend}`],
    ...unverified(packages).filter(({ path }) => isInstalled(path)).map(({ name, version }) =>
      `${name}@${version} was installed without a checksum in package-lock.json: run "npm run lock:complete" where the registry serves it`)
  ]
}
