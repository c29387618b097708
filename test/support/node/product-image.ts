// The product's image for a real node. It is built outside the node's box, since a build fetches packages.
import { buildImageTree } from '../image-tree.ts'
import { TempFolder } from '../temp-folder.ts'
import { packImage } from './image-archive.ts'
import { enterNodeBox } from './node-box.ts'

/** Name and tag of the image on the node. */
export const PRODUCT_IMAGE = { repository: 'localhost/peerprobe', tag: 'test' }

const ARCHIVE = 'PEERPROBE_TEST_IMAGE'

/** Builds the image from the Dockerfile and continues the test file in a box with it; inside, resolves with the image's archive. */
export async function enterBoxWithImage (file: string): Promise<string> {
  const given = process.env[ARCHIVE]

  if (given === undefined) {
    const folder = new TempFolder()
    process.once('exit', () => {
      folder[Symbol.dispose]()
    })
    const { root, ...settings } = buildImageTree(folder.file('tree'))
    const archive = await packImage(root, folder.file('image'), { name: `${PRODUCT_IMAGE.repository}:${PRODUCT_IMAGE.tag}`, settings })
    enterNodeBox(file, { [ARCHIVE]: archive })
    throw new TypeError('the box did not end this process')
  }

  return given
}
