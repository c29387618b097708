// The programs that pictures take: a Chromium without a window, and one that makes its pictures small.
import { ensurePrograms } from '../provision/debian.ts'
import { findProgram } from '../provision/programs.ts'
import type { Camera } from './photograph.ts'

const PACKAGES = ['chromium', 'pngquant', 'fonts-dejavu-core']

/** Finds them, or installs them as root on a Debian; a text says why they cannot be had. */
export async function provideCamera (signal: AbortSignal): Promise<Camera | string> {
  const missing = await ensurePrograms(['chromium', 'pngquant'], PACKAGES, signal)

  return missing ?? { chromium: findProgram('chromium') ?? '', pngquant: findProgram('pngquant') ?? '' }
}
