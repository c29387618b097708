import { unverified } from './lock-file.ts'
import type { LockedPackage } from './lock-file.ts'

/** Differences between the installed packages and the lock file, one sentence each. */
export function installedFaults (packages: readonly LockedPackage[], nodeVersion: string, isInstalled: (path: string) => boolean): string[] {
  const tested = packages.find(({ path }) => path === 'node_modules/node')?.version ?? 'none'

  const fix = 'take the digest of that version in the Dockerfile, or change the development dependency "node"'

  return [
    ...tested === nodeVersion ? [] : [`the base image has Node ${nodeVersion}, the tests run on ${tested}: ${fix}`],
    ...unverified(packages).filter(({ path }) => isInstalled(path)).map(({ name, version }) =>
      `${name}@${version} was installed without a checksum in package-lock.json: run "npm run lock:complete" where the registry serves it`)
  ]
}
