import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { baseImage } from './base-image.ts'
import { IMAGE_PLATFORMS, lockedPackages } from './lock-file.ts'
import { cycloneOfImage, imagePackages, spdxOfImage } from './sbom-selection.ts'
import type { CycloneDocument, ImageContent, SpdxDocument } from './sbom-selection.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

// More than ten times the present size of npm's output.
const MAX_BYTES = 16 * 1024 * 1024

// A bill of materials is identified by its contents, not by its time: two builds of one commit give the same bytes.
const NO_TIME = '1970-01-01T00:00:00Z'

/**
 * The bills of materials of the image, by file name: for each platform one in each format.
 *
 * @param created their time: that of the commit, as `SOURCE_DATE_EPOCH` of a reproducible build.
 *   @default the epoch
 */
export function sbomFiles (created: string = sourceDate()): Map<string, string> {
  const spdx = npmSbom('spdx') as SpdxDocument
  const cyclone = npmSbom('cyclonedx') as CycloneDocument
  const locked = lockedPackages()
  const base = baseImage()

  return new Map(IMAGE_PLATFORMS.flatMap((platform) => {
    const content: ImageContent = { packages: imagePackages(locked, platform), base, created }
    const name = `peerprobe-${platform.os}-${platform.cpu}`

    return [[`${name}.spdx.json`, textOf(spdxOfImage(spdx, content))], [`${name}.cdx.json`, textOf(cycloneOfImage(cyclone, content))]]
  }))
}

function npmSbom (format: string): unknown {
  return JSON.parse(execFileSync('npm', ['sbom', '--package-lock-only', `--sbom-format=${format}`], { cwd: root, encoding: 'utf8', maxBuffer: MAX_BYTES, stdio: ['ignore', 'pipe', 'pipe'] }))
}

function textOf (document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`
}

function sourceDate (): string {
  const seconds = process.env['SOURCE_DATE_EPOCH']

  return seconds === undefined ? NO_TIME : new Date(Number(seconds) * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
}
