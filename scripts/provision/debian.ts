import { isRoot, missingProgram, runProgram } from './programs.ts'

// Another process may be installing as well.
const WAIT_FOR_LOCK = 'DPkg::Lock::Timeout=600'

/**
 * Installs a Debian package where one of the programs that it brings is missing, as root on a Debian.
 * Returns undefined when they are there, and otherwise why not and how to get them.
 */
export async function ensurePrograms (programs: readonly string[], packages: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  const missing = missingProgram(...programs)

  if (missing === undefined) {
    return undefined
  }
  if (!isRoot() || missingProgram('apt-get') !== undefined) {
    return `no ${missing} on this machine, and it takes root on Debian to install it: apt-get install ${packages.join(' ')}`
  }

  await updatePackageLists(signal)
  await runProgram('apt-get', ['-o', WAIT_FOR_LOCK, 'install', '-y', '--no-install-recommends', ...packages], signal)
  const still = missingProgram(...programs)

  return still === undefined ? undefined : `${packages.join(' ')} is installed and brought no ${still}: this is not the Debian that the tests know`
}

/** Fetches the lists of Debian's packages; it takes root. */
export async function updatePackageLists (signal: AbortSignal): Promise<void> {
  await runProgram('apt-get', ['-o', WAIT_FOR_LOCK, 'update'], signal)
}
