// A pod whose clock is wrong: Debian's libfaketime, loaded into its process, shifts the time of day.
import { globSync, readFileSync } from 'node:fs'
import { FAKE_TIME } from '../../../scripts/provision/node.ts'
import { deriveImage } from './image-archive.ts'
import { PRODUCT_IMAGE } from './product-image.ts'
import type { NodeLab } from './node-lab.ts'

/** Tag of the product's image with the library. */
export const SKEWABLE_TAG = 'skewable'

const LIBRARY = 'usr/local/lib/libfaketime.so.1'

/** The product's image with the library, which does nothing unless a container's environment loads it. Returns its archive in `folder`. */
export function skewableImage (image: string, folder: string): string {
  const [library = ''] = globSync(FAKE_TIME)

  return deriveImage(image, folder, { name: `${PRODUCT_IMAGE.repository}:${SKEWABLE_TAG}`, files: { [LIBRARY]: readFileSync(library) } })
}

/** Rolls a Deployment (`NAMESPACE/NAME`) out with a wrong clock, and back. The operator leaves variables that others add. */
export async function skewClock (lab: NodeLab, deployment: string, { seconds, lasts }: { seconds: number, lasts: () => Promise<void> }): Promise<void> {
  const [namespace = '', name = ''] = deployment.split('/')
  const set = async (...variables: string[]): Promise<void> => {
    const { code, stderr } = await lab.rig.plane.kubectl(['set', 'env', `deployment/${name}`, '-n', namespace, ...variables])

    if (code !== 0) {
      throw new TypeError(stderr)
    }
  }
  await set(`LD_PRELOAD=/${LIBRARY}`, `FAKETIME=${seconds < 0 ? '' : '+'}${String(seconds)}s`, 'FAKETIME_DONT_FAKE_MONOTONIC=1', 'FAKETIME_DISABLE_SHM=1')
  await lab.rig.plane.kubectl(['rollout', 'status', `deployment/${name}`, '-n', namespace, '--timeout=60s'])
  await lasts()
  await set('LD_PRELOAD-', 'FAKETIME-', 'FAKETIME_DONT_FAKE_MONOTONIC-', 'FAKETIME_DISABLE_SHM-')
}
