// The folder of place files as the file system has it.
import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errorText, ProbeError } from '../../core/errors.ts'
import type { Stats } from 'node:fs'

/** Limits of the files. They are kept in memory as a whole; the largest free file has 130 MB. */
export const PLACE_FILE_LIMITS = { files: 16, fileBytes: 268_435_456, totalBytes: 402_653_184 } as const

/** The state of a file: equal if and only if it was not changed or replaced. */
export type FileState = string

/** What the state is of a file that is not there. */
export const ABSENT: FileState = 'absent'

/**
 * The files of a folder whose names end with `.mmdb`, in the order of their names, with their states. Follows links.
 *
 * @throws ProbeError `PP_PLACES_INVALID` if the folder cannot be read
 */
export async function listPlaceFiles (folder: string): Promise<Map<string, FileState>> {
  const names = await namesIn(folder)
  const states = await Promise.all(names.map(async name => [name, await stateAt(join(folder, name))] as const))

  return new Map(states)
}

/**
 * The content of a file in a state; undefined if it has changed since.
 *
 * @throws ProbeError `PP_PLACES_INVALID` if it cannot be read, or has more than `maxBytes`
 */
export async function readPlaceFile (folder: string, name: string, { state, maxBytes }: { state: FileState, maxBytes: number }): Promise<Buffer | undefined> {
  try {
    await using file = await open(join(folder, name), 'r')
    const stats = await file.stat()
    refuseSize(stats, name, maxBytes)
    const content = await file.readFile()

    return stateOf(stats) === state && stateOf(await file.stat()) === state ? content : undefined
  } catch (cause) {
    throw cause instanceof ProbeError ? cause : new ProbeError('PP_PLACES_INVALID', `${name} is not used: ${errorText(cause)}`, { cause })
  }
}

async function namesIn (folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter(name => name.endsWith('.mmdb') && !name.startsWith('.')).sort()
  } catch (cause) {
    throw new ProbeError('PP_PLACES_INVALID', `the folder of place files cannot be read: ${errorText(cause)}`, { cause })
  }
}

async function stateAt (path: string): Promise<FileState> {
  try {
    return stateOf(await stat(path))
  } catch (err) {
    return errorText(err) // a link without a target, or a file that is gone already: reading it says why
  }
}

function stateOf (stats: Stats): FileState {
  return stats.isFile() ? [stats.dev, stats.ino, stats.size, stats.mtimeMs, stats.ctimeMs].join() : 'not a file'
}

function refuseSize (stats: Stats, name: string, maxBytes: number): void {
  if (!stats.isFile()) {
    throw new ProbeError('PP_PLACES_INVALID', `${name} is not used: it is not a file`)
  }
  if (stats.size > maxBytes) {
    throw new ProbeError('PP_PLACES_INVALID', `${name} is not used: it has ${String(stats.size)} bytes, and there is room for ${String(maxBytes)}: use a smaller edition (countries instead of cities)`)
  }
}
