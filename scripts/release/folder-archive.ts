import { globSync, lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { packTar } from 'modern-tar'

const RUNS = 0o755
const READS = 0o644

/**
 * A folder's files as a compressed archive that depends on their paths and contents alone: sorted, of one time, of nobody, and with the
 * same rights, but for those that can be run.
 *
 * @param seconds the time of all files, since 1970: SOURCE_DATE_EPOCH
 */
export async function folderArchive (folder: string, seconds: number): Promise<Buffer> {
  const files = globSync('**/*', { cwd: folder }).filter(path => lstatSync(join(folder, path)).isFile()).sort()
  const tar = await packTar(files.map((name) => {
    const path = join(folder, name)
    const body = readFileSync(path)
    const mode = (lstatSync(path).mode & 0o100) === 0 ? READS : RUNS

    return { header: { name, size: body.length, mode, mtime: new Date(seconds * 1_000), uid: 0, gid: 0, uname: '', gname: '' }, body }
  }))

  return gzipSync(tar, { level: 9 })
}
