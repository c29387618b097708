import { isRoot, missingProgram, runProgram } from './programs.ts'

// Another process may be installing as well.
const WAIT_FOR_LOCK = 'DPkg::Lock::Timeout=600'

/**
 * Installs a Debian package if one of its programs is missing, as root on Debian. Returns undefined
 * when the programs exist, otherwise why not and how to get them.
 */
export async function ensurePrograms (programs: readonly string[], packages: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  const missing = missingProgram(...programs)

  if (missing === undefined) {
    return undefined
  }
  if (!isRoot() || missingProgram('apt-get') !== undefined) {
    return `no ${missing} on this machine, and installing it needs root on Debian: apt-get install ${packages.join(' ')}`
  }

  await updatePackageLists(signal)
  await runProgram('apt-get', ['-o', WAIT_FOR_LOCK, 'install', '-y', '--no-install-recommends', ...packages], signal)
  const still = missingProgram(...programs)

  return still === undefined ? undefined : `${packages.join(' ')} is installed but has no ${still}: the tests do not support this version of Debian`
}

/** Fetches the lists of Debian's packages; needs root. */
export async function updatePackageLists (signal: AbortSignal): Promise<void> {
  await runProgram('apt-get', ['-o', WAIT_FOR_LOCK, 'update'], signal)
}
