// The image and the chart that an upgrade starts from. Their sources are kept as an archive, since a checkout may have no history, and the
// image is built from them once for each machine.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { buildTreeOf } from '../../test/support/image-tree.ts'
import { packImage } from '../../test/support/node/image-archive.ts'
import { CachedFolder } from '../provision/cached-folder.ts'
import type { Part } from '../provision/part.ts'

/** Which sources they are: the last ones before visits had places and dumps had contents. There is no tag yet; the next one takes this place. */
export const PREVIOUS_COMMIT = '4e836e89d7b2b3f29057cda0f12dbc74690459e9'

/** What is kept of these sources: what the image and the chart are made of. */
export const KEPT_PATHS: readonly string[] = [
  ...['package.json', 'package-lock.json', 'LICENSE', 'Dockerfile', '.dockerignore', 'scripts/supply', 'helm/peerprobe'],
  ...['core', 'crawler', 'consumer', 'operator', 'local', 'cli']
]

/** The archive of these sources, made by `node scripts/release/keep-previous.ts`. */
export const KEPT_SOURCES = new URL('../../test/support/releases/previous.tar.zst', import.meta.url)

/** Name and tag of the image. */
const PREVIOUS_IMAGE = { repository: 'localhost/peerprobe', tag: 'previous' }

/** A folder with the image's archive, `image/image.tar`, and the sources with their chart, `source/helm/peerprobe`. */
export const previousRelease: Part = {
  name: 'previous-release',

  find () {
    return folder().isThere ? { at: folder().path } : { missing: 'not built yet: node scripts/provision.ts previous-release (a minute; fetches packages)' }
  },

  async provide () {
    if (!folder().isThere) {
      await folder().fill(build)
    }

    return this.find()
  }
}

/** The kept sources as a tar archive. */
export function keptSources (): Buffer {
  return zstdDecompressSync(readFileSync(KEPT_SOURCES))
}

async function build (into: string): Promise<void> {
  const source = join(into, 'source')
  const tree = join(into, 'tree')
  mkdirSync(source)
  execFileSync('tar', ['--extract', '--directory', source], { input: keptSources() })
  const { root, ...settings } = buildTreeOf(source, tree)
  await packImage(root, join(into, 'image'), { name: `${PREVIOUS_IMAGE.repository}:${PREVIOUS_IMAGE.tag}`, settings })
  rmSync(tree, { recursive: true })
}

// The image contains this Node.
function folder (): CachedFolder {
  return new CachedFolder('previous-release', [PREVIOUS_COMMIT, process.version, process.arch].join('\n'))
}
