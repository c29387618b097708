import { globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { dumpTimeOf } from '../../consumer/dumps/dump-file.ts'

/** Path of the newest complete dump file in a folder, in whatever format, or null. Files still being written have other names. */
export function newestDump (folder: string): string | null {
  const files = globSync('nodes-*', { cwd: folder }).filter(name => dumpTimeOf(name) !== undefined).map(name => join(folder, name))

  return files.map(path => ({ path, at: statSync(path).mtimeMs })).sort((a, b) => b.at - a.at || (a.path < b.path ? 1 : -1))[0]?.path ?? null
}
