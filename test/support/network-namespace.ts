import { spawnSync } from 'node:child_process'
import type { SpawnSyncReturns } from 'node:child_process'

const LOOPBACK = 'ip link set lo up'

// Multicast needs a route; without one nothing is found, and nothing says so. And an address that is not loopback: packets of
// programs that choose an interface and no address, as go-libp2p's, would else come from 0.0.0.0, as they do in no real network.
const MULTICAST = `${LOOPBACK} && ip link set lo multicast on && ip addr add 10.99.0.1/32 dev lo && ip route add 224.0.0.0/4 dev lo`

/** What the network of a command has beside loopback. */
export interface NamespaceOptions {
  /** Multicast on loopback. @default false */
  multicast?: boolean
  cwd?: string

  /** Limit of the command, in milliseconds. @default 60000 */
  timeoutMs?: number
}

/** Runs a command in a network of its own, where nothing but loopback can be reached, whatever this machine reaches. */
export function runAlone (command: readonly string[], { multicast = false, cwd, timeoutMs = 60_000 }: NamespaceOptions = {}): SpawnSyncReturns<string> {
  const setUp = `${multicast ? MULTICAST : LOOPBACK} && exec "$@"`

  return spawnSync('unshare', ['--user', '--map-root-user', '--net', 'sh', '-c', setUp, 'sh', ...command], { encoding: 'utf8', cwd, timeout: timeoutMs })
}

/** Why this machine makes no such networks, or undefined. */
export function missingNamespaces (): string | undefined {
  return runAlone(['true'], { multicast: true }).status === 0
    ? undefined
    : 'this machine makes no network namespace (unshare, ip): install util-linux and iproute2, and allow user namespaces or run as root'
}
