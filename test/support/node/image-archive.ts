import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

/** How a container of an image starts. */
export interface ImageSettings {
  entrypoint: readonly string[]
  command?: readonly string[]
  env?: readonly string[]
  user?: string
  workdir?: string
}

// Files that any user may own: the archive gives them to root, as a build does.
const AS_ROOT = ['--numeric-owner', '--owner=0', '--group=0', '--mtime=@0', '--sort=name']

/** Packs a root file system as an image of one layer, in the archive form of `docker save`. Returns the archive's path in `folder`. */
export async function packImage (root: string, folder: string, { name, settings }: { name: string, settings: ImageSettings }): Promise<string> {
  mkdirSync(folder, { recursive: true })
  const layer = join(folder, 'layer.tar')
  execFileSync('tar', ['--create', '--file', layer, '--directory', root, ...AS_ROOT, '.'])
  const digest = createHash('sha256')
  await pipeline(createReadStream(layer), digest)
  const { entrypoint: Entrypoint, command: Cmd, env: Env, user: User, workdir: WorkingDir } = settings

  writeFileSync(join(folder, 'config.json'), JSON.stringify({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Entrypoint, Cmd, Env, User, WorkingDir },
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest.digest('hex')}`] },
    history: [{ created_by: 'test' }]
  }))
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify([{ Config: 'config.json', RepoTags: [name], Layers: ['layer.tar'] }]))
  const archive = join(folder, 'image.tar')
  execFileSync('tar', ['--create', '--file', archive, '--directory', folder, 'manifest.json', 'config.json', 'layer.tar'])

  return archive
}
