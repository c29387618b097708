import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { PRIVATE_FILE, PRIVATE_FOLDER } from './private-file.ts'

/** Writes a file in place of the one before: it appears under its name whole, or not at all, and for its owner alone. Makes its folder where there is none. */
export async function writeFileAtomically (path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`
  await mkdir(dirname(path), { recursive: true, mode: PRIVATE_FOLDER })

  try {
    await writeFile(temporary, text, { mode: PRIVATE_FILE, flag: 'wx' })
    await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
}
