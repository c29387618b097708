import { spawnSync } from 'node:child_process'
import type { SpawnSyncReturns } from 'node:child_process'

const LOOPBACK = 'ip link set lo up'

// Multicast needs a route: without one nothing is found, and no error is reported. It also needs a non-loopback address: packets
// of programs that choose an interface but no address, such as go-libp2p, would otherwise have the source 0.0.0.0, which does
// not happen in a real network.
const MULTICAST = `${LOOPBACK} && ip link set lo multicast on && ip addr add 10.99.0.1/32 dev lo && ip route add 224.0.0.0/4 dev lo`

/** The network of a command besides loopback. */
export interface NamespaceOptions {
  /** Multicast on loopback. @default false */
  multicast?: boolean
  cwd?: string

  /** Time limit of the command, in milliseconds. @default 60000 */
  timeoutMs?: number
}

/** Runs a command in its own network, where only loopback is reachable, whatever this machine can reach. */
export function runAlone (command: readonly string[], { multicast = false, cwd, timeoutMs = 60_000 }: NamespaceOptions = {}): SpawnSyncReturns<string> {
  const setUp = `${multicast ? MULTICAST : LOOPBACK} && exec "$@"`

  return spawnSync('unshare', ['--user', '--map-root-user', '--net', 'sh', '-c', setUp, 'sh', ...command], { encoding: 'utf8', cwd, timeout: timeoutMs })
}

/** Why this machine cannot create such networks, or undefined. */
export function missingNamespaces (): string | undefined {
  return runAlone(['true'], { multicast: true }).status === 0
    ? undefined
    : 'this machine cannot create network namespaces (unshare, ip): install util-linux and iproute2, and allow user namespaces or run as root'
}
