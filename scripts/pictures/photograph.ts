// A picture of a page, by a Chromium without a window.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { Page } from './draw-dashboard.ts'

const run = promisify(execFile)
const LIMIT_MS = 120_000
// A quarter of the bytes, and none is missed in a chart; neither is dithering (--nofs).
const COLORS = '64'

/** The programs by which pictures are taken, and made small. */
export interface Camera {
  chromium: string
  pngquant: string
}

/** Writes a picture of a page as PNG of few colours. Rejects with what a program says that fails or takes two minutes. */
export async function photograph ({ html, width, height }: Page, { chromium, pngquant }: Camera, picture: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'peerprobe-page-'))

  try {
    const page = join(folder, 'page.html')
    const large = join(folder, 'page.png')
    writeFileSync(page, html)
    // It runs as root in tests, where its sandbox does not work; the page is ours and has no script.
    await run(chromium, [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--hide-scrollbars',
      `--user-data-dir=${join(folder, 'profile')}`,
      `--window-size=${String(width)},${String(height)}`,
      `--screenshot=${large}`,
      pathToFileURL(page).href
    ], { timeout: LIMIT_MS })
    await run(pngquant, [COLORS, '--nofs', '--strip', '--force', '--output', picture, large], { timeout: LIMIT_MS })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
