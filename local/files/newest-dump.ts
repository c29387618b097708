import { globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { dumpFileOf } from '../../consumer/dumps/dump-file.ts'

/**
 * Path of the newest complete dump file in a folder, in whatever format, or null: of nodes, if there is one, else of whatever
 * content. Files still being written have other names.
 */
export function newestDump (folder: string): string | null {
  const files = globSync('*', { cwd: folder }).flatMap((name) => {
    const content = dumpFileOf(name)?.content
    const path = join(folder, name)

    return content === undefined ? [] : [{ path, isNodes: content === 'nodes', at: statSync(path).mtimeMs }]
  })

  return files.sort((a, b) => Number(b.isNodes) - Number(a.isNodes) || b.at - a.at || (a.path < b.path ? 1 : -1))[0]?.path ?? null
}
