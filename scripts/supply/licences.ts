import satisfies from 'spdx-satisfies'
import type { LockedPackage } from './lock-file.ts'

/**
 * Licences that require only their text and the names of the authors. Packages in the image must have one of these; packages
 * for development may also have one of {@link DATA_LICENCES}.
 */
export const LICENCES = ['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'PSF-2.0', 'Python-2.0', 'Unlicense', 'Zlib']

/** Licences of data and documents. */
export const DATA_LICENCES = ['CC-BY-3.0', 'CC-BY-4.0', 'CC0-1.0']

/** Packages whose licence is missing, is not an SPDX expression, or requires more. */
export function refusedLicences (packages: readonly LockedPackage[]): LockedPackage[] {
  return packages.filter(({ license, dev = false }) => !isAllowed(license, dev ? [...LICENCES, ...DATA_LICENCES] : LICENCES))
}

function isAllowed (licence: unknown, allowed: string[]): boolean {
  try {
    return typeof licence === 'string' && satisfies(licence, allowed)
  } catch {
    // "SEE LICENSE IN …", "UNLICENSED" and mistyped names: a licence that cannot be parsed is not allowed.
    return false
  }
}
