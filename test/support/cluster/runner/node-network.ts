// A separate network for one test file: a bridge represents a node. Servers listen on it, and each pod is connected to it
// with its own address. The network, and what the file mounts, is invisible to the machine and ends with the processes in it.
import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { findProgram } from '../../../../scripts/provision/programs.ts'

const run = promisify(execFile)

/** Address of the node in that network. Servers that pods must reach listen on it. */
export const NODE_ADDRESS = '10.77.0.1'

const BRIDGE = 'node0'
const BITS = 16
const INSIDE = 'PEERPROBE_TEST_NODE_NETWORK'
// The API server needs a default route; this one leads nowhere.
const SET_UP = [
  'ip link set lo up',
  `ip link add ${BRIDGE} type bridge`,
  `ip addr add ${NODE_ADDRESS}/${String(BITS)} dev ${BRIDGE}`,
  `ip link set ${BRIDGE} up`,
  `ip route add default dev ${BRIDGE}`,
  'exec "$@"'
].join(' && ')

/** Why this machine cannot run pods, or undefined. */
export function missingNodeNetwork (): string | undefined {
  const absent = ['unshare', 'nsenter', 'setpriv', 'ip'].filter(program => findProgram(program) === undefined)

  if (process.getuid?.() !== 0) {
    return 'running pods needs root'
  }

  return absent.length === 0 ? undefined : `pods need ${absent.join(', ')}: install util-linux and iproute2`
}

/** Runs a test file again inside its own network and exits with its exit code; returns at once if this process is inside already. */
export function enterNodeNetwork (file: string): void {
  if (process.env[INSIDE] !== undefined) {
    return
  }

  const command = [process.execPath, ...process.execArgv, file]
  const { status } = spawnSync('setpriv', ['--pdeathsig', 'KILL', 'unshare', '--net', '--mount', 'sh', '-c', SET_UP, 'sh', ...command], { stdio: 'inherit', env: { ...process.env, [INSIDE]: '1' } })
  process.exit(status ?? 1)
}

/** Addresses of pods, each given once. */
export class PodAddresses {
  #last = 255

  next (): string {
    this.#last++

    return `10.77.${String(this.#last >> 8)}.${String(this.#last & 255)}`
  }
}

/** Connects the network of a process to the node's; the process sees the interface as `eth0`. */
export async function connectToNode (pid: number): Promise<void> {
  const name = `pod${String(pid)}`
  await run('ip', ['link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid)])
  await run('ip', ['link', 'set', name, 'master', BRIDGE, 'up'])
}

/** Shell commands that configure the pod's interface. */
export function addressCommands (address: string): string[] {
  return ['ip link set lo up', `ip addr add ${address}/${String(BITS)} dev eth0`, 'ip link set eth0 up', `ip route add default via ${NODE_ADDRESS}`]
}
