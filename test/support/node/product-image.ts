// The product's image for a real node. It is built outside the node's box, since a build fetches packages, and once for all test files: a build
// takes longer than many of their tests.
import { copyFileSync, globSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheFolder } from '../../../local/files/cache-folder.ts'
import { CachedFolder } from '../../../scripts/provision/cached-folder.ts'
import { buildImageTree, recipeOf } from '../image-tree.ts'
import { TempFolder } from '../temp-folder.ts'
import { packImage } from './image-archive.ts'
import { enterNodeBox } from './node-box.ts'

/** Name and tag of the image on the node. */
export const PRODUCT_IMAGE = { repository: 'localhost/peerprobe', tag: 'test' }

const ARCHIVE = 'PEERPROBE_TEST_IMAGE'
const CACHE = 'product-image'

// Each change of the sources makes another image of some 200 MB.
const KEPT = 3
const BUILDERS = ['../image-tree.ts', 'image-archive.ts', 'product-image.ts'].map(path => fileURLToPath(new URL(path, import.meta.url)))

/** Continues the test file in a box with the image of the Dockerfile; inside, resolves with the image's archive. */
export async function enterBoxWithImage (file: string): Promise<string> {
  const given = process.env[ARCHIVE]

  if (given === undefined) {
    const folder = new TempFolder()
    process.once('exit', () => {
      folder[Symbol.dispose]()
    })
    enterNodeBox(file, { [ARCHIVE]: await productImage(folder.file('image.tar')) })
    throw new TypeError('the box did not end this process')
  }

  return given
}

// A copy of its own, since another run may remove the cached one.
async function productImage (into: string): Promise<string> {
  const cached = new CachedFolder(CACHE, [recipeOf(), ...BUILDERS.map(path => readFileSync(path, 'utf8'))].join('\n'))

  if (!cached.isThere) {
    await cached.fill(build)
  }
  utimesSync(cached.path, new Date(), new Date())
  copyFileSync(join(cached.path, 'image.tar'), into)
  removeOldest()

  return into
}

async function build (folder: string): Promise<void> {
  using parts = new TempFolder()
  const { root, ...settings } = buildImageTree(parts.file('tree'))
  copyFileSync(await packImage(root, parts.file('image'), { name: `${PRODUCT_IMAGE.repository}:${PRODUCT_IMAGE.tag}`, settings }), join(folder, 'image.tar'))
}

// The least recently used, complete or left by a build that was killed.
function removeOldest (): void {
  const folders = globSync('*', { cwd: join(cacheFolder(), CACHE) }).map(name => join(cacheFolder(), CACHE, name))
  const usedAt = new Map(folders.map(path => [path, statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0]))

  for (const path of folders.sort((a, b) => usedAt.get(b)! - usedAt.get(a)!).slice(KEPT)) {
    rmSync(path, { recursive: true, force: true })
  }
}
