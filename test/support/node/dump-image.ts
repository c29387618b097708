// An image with the program that dumps a MariaDB, in the place of MariaDB's own: this machine's program and the libraries that it loads.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findProgram } from '../../../scripts/provision/programs.ts'
import { packImage } from './image-archive.ts'

/** Name and tag of the image. */
export const DUMP_IMAGE = { repository: 'localhost/mariadb', tag: 'test' }

/** Packs the image below `folder`. Returns its archive. */
export async function dumpImage (folder: string): Promise<string> {
  const program = findProgram('mariadb-dump') ?? ''
  const root = join(folder, 'root')
  const libraries = execFileSync('ldd', [program], { encoding: 'utf8' }).match(/\/\S+/g) ?? []
  const put = (from: string, to: string): void => {
    mkdirSync(dirname(join(root, to)), { recursive: true })
    copyFileSync(from, join(root, to))
  }
  put(program, '/usr/bin/mariadb-dump')
  libraries.forEach((library) => {
    put(library, library)
  })

  return await packImage(root, join(folder, 'image'), { name: `${DUMP_IMAGE.repository}:${DUMP_IMAGE.tag}`, settings: { entrypoint: ['mariadb-dump'], env: ['PATH=/usr/bin'] } })
}
