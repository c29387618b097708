import { homedir } from 'node:os'
import { join } from 'node:path'

/** Folder for build results that all checkouts of this user share (XDG Base Directory Specification). */
export function cacheFolder (env: Record<string, string | undefined> = process.env): string {
  const base = env['XDG_CACHE_HOME']

  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'peerprobe')
}
