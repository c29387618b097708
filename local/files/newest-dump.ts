import { globSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Path of the newest complete dump file in a folder, or null. Files still being written end in `.tmp`. */
export function newestDump (folder: string): string | null {
  const files = globSync('*.ndjson*', { cwd: folder }).filter(name => !name.endsWith('.tmp')).map(name => join(folder, name))

  return files.map(path => ({ path, at: statSync(path).mtimeMs })).sort((a, b) => b.at - a.at || (a.path < b.path ? 1 : -1))[0]?.path ?? null
}
