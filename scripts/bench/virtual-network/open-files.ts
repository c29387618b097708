// A virtual network needs a listening socket for each of its peers, and each is an open file: a machine allows a process only so many.
import { readFileSync } from 'node:fs'
import { ProbeError } from '../../../core/errors.ts'
import type { VirtualPeer } from './population.ts'

/** Files that a process opens beside its listeners: the visits that are served at a time, and what Node itself needs. */
export const OTHER_FILES = 2_500

/** The fewest processes that serve a network: as many as make it faster than the crawler on two cores. */
export const FEWEST_PROCESSES = 2

/** More than these would cost more memory than the peers that they serve. */
export const MOST_PROCESSES = 8

// One listens, and two fill its queue.
const FILES_OF_BLACK_HOLE = 3

/** Open files that the listeners of some peers need. */
export function filesOf (peers: readonly Pick<VirtualPeer, 'role'>[]): number {
  return peers.reduce((sum, { role }) => sum + (role === 'refused' ? 0 : role === 'black-hole' ? FILES_OF_BLACK_HOLE : 1), 0)
}

/** How many files a process may open: Node raises its limit to what the system lets it (Linux, proc(5)). @param limits text of /proc/self/limits */
export function openFilesLimit (limits: string = readFileSync('/proc/self/limits', 'utf8')): number {
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1]

  return hard === undefined || hard === 'unlimited' ? Infinity : Number(hard)
}

/**
 * How many processes serve a network, so that each may open what its share needs.
 *
 * @param files what all listeners need
 * @param limit what one process may open
 * @throws ProbeError `PP_DEVNET_FAILED` with the limit that would do, where even the most processes are too few
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
