import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { PRIVATE_FILE, PRIVATE_FOLDER } from './private-file.ts'

/** Replaces a file atomically: it appears under its name complete or not at all, private. Creates its folder if missing. */
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
