import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Settings of {@link writeWholeFile}. */
export interface WholeFileOptions {
  /** Permissions of the file. @default 0o644 */
  mode?: number
}

/** Writes a file in place of the one before: it appears under its name whole, or not at all. Makes its folder where there is none. */
export async function writeWholeFile (path: string, text: string, { mode = 0o644 }: WholeFileOptions = {}): Promise<void> {
  const temporary = `${path}.${randomUUID()}`
  await mkdir(dirname(path), { recursive: true })

  try {
    await writeFile(temporary, text, { mode, flag: 'wx' })
    await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
}
