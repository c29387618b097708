import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
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

/** The same image under another name with some files replaced: one more layer. Returns the archive's path in `folder`. */
export function deriveImage (archive: string, folder: string, { name, files }: { name: string, files: Readonly<Record<string, string | Buffer>> }): string {
  mkdirSync(join(folder, 'top'), { recursive: true })
  execFileSync('tar', ['--extract', '--file', archive, '--directory', folder])

  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, 'top', path)), { recursive: true })
    writeFileSync(join(folder, 'top', path), content)
  }

  execFileSync('tar', ['--create', '--file', join(folder, 'top.tar'), '--directory', join(folder, 'top'), ...AS_ROOT, ...Object.keys(files).map(path => `./${path}`)])
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as { rootfs: { diff_ids: string[] }, history: object[] }
  config.rootfs.diff_ids.push(`sha256:${createHash('sha256').update(readFileSync(join(folder, 'top.tar'))).digest('hex')}`)
  config.history.push({ created_by: 'test' })
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config))
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify([{ Config: 'config.json', RepoTags: [name], Layers: ['layer.tar', 'top.tar'] }]))
  const derived = join(folder, 'image.tar')
  execFileSync('tar', ['--create', '--file', derived, '--directory', folder, 'manifest.json', 'config.json', 'layer.tar', 'top.tar'])

  return derived
}
