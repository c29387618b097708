/** What the processes of a container keep in memory: the cache of files, which the kernel takes back, is not in it. */
import { readFileSync } from 'node:fs'

const BYTES_PER_MB = 1_000_000

/** Anonymous memory of the control group of a process, in MB. */
export function containerMb (pid: number): number {
  return anonymousMb(readFileSync(statFileOf(readFileSync(`/proc/${String(pid)}/cgroup`, 'utf8')), 'utf8'))
}

/** The memory statistics of a process's group, from its `/proc/PID/cgroup`, with version 1 or 2 of control groups. */
export function statFileOf (groups: string): string {
  const first = /^\d+:memory:(.*)$/m.exec(groups)?.[1]
  const path = first === undefined ? /^0::(.*)$/m.exec(groups)?.[1] : `/memory${first}`

  if (path === undefined) {
    throw new TypeError(`no control group accounts for memory: ${groups}`)
  }

  return `/sys/fs/cgroup${path}/memory.stat`
}

/** Anonymous memory in a `memory.stat`, in MB. Version 1 calls it `total_rss`, version 2 `anon`; both with the groups below. */
export function anonymousMb (stat: string): number {
  const bytes = /^(?:total_rss|anon) (\d+)$/m.exec(stat)?.[1]

  if (bytes === undefined) {
    throw new TypeError(`memory.stat has neither total_rss nor anon: ${stat}`)
  }

  return Number(bytes) / BYTES_PER_MB
}
