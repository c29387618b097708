// A virtual network needs a listening socket for each peer, and each is an open file. The number of open files of a process is limited.
import { readFileSync } from 'node:fs'
import { ProbeError } from '../../../core/errors.ts'
import type { VirtualPeer } from './population.ts'

/** Open files of a process besides its listeners: the visits that it serves at the same time, and Node's own. */
export const OTHER_FILES = 2_500

/** Minimum number of serving processes: enough to be faster than the crawler on two cores. */
export const FEWEST_PROCESSES = 2

/** More processes would take more memory than the peers that they serve. */
export const MOST_PROCESSES = 16

// One socket listens, and two connections fill its backlog.
const FILES_OF_BLACK_HOLE = 3

/** Number of open files for the listeners of some peers. */
export function filesOf (peers: readonly Pick<VirtualPeer, 'role'>[]): number {
  return peers.reduce((sum, { role }) => sum + (role === 'refused' ? 0 : role === 'black-hole' ? FILES_OF_BLACK_HOLE : 1), 0)
}

/** Number of files that a process may open: Node raises its limit to the system's maximum (Linux, proc(5)). @param limits text of /proc/self/limits */
export function openFilesLimit (limits: string = readFileSync('/proc/self/limits', 'utf8')): number {
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1]

  return hard === undefined || hard === 'unlimited' ? Infinity : Number(hard)
}

/**
 * Number of processes that serve a network, so that the limit of each is enough for its share.
 *
 * @param files open files of all listeners
 * @param limit open files that one process may have
 * @throws ProbeError `PP_DEVNET_FAILED` with the limit that would be enough, when even the maximum
 *   number of processes is too small
 */
export function processesFor (files: number, limit: number): number {
  const each = Math.max(0, limit - OTHER_FILES)
  const processes = each === 0 ? Infinity : Math.max(FEWEST_PROCESSES, Math.ceil(files / each))

  if (processes > MOST_PROCESSES) {
    const needed = Math.ceil(files / MOST_PROCESSES) + OTHER_FILES
    throw new ProbeError('PP_DEVNET_FAILED', `the peers need ${String(files)} open files, and a process may open ${String(limit)}: `
      + `allow ${String(needed)} (ulimit -n ${String(needed)}, LimitNOFILE, a container's --ulimit nofile=${String(needed)}), or take fewer peers (--peers)`)
  }

  return processes
}
