// A network of its own for one test file: a bridge that stands for a node, at which servers listen and to which each pod is
// connected by an address of its own. Nothing of it is seen by the machine, and it ends with the processes in it.
import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { findProgram } from '../../../../scripts/provision/programs.ts'

const run = promisify(execFile)

/** Address of the node in that network: servers that pods are to reach listen here. */
export const NODE_ADDRESS = '10.77.0.1'

const BRIDGE = 'node0'
const BITS = 16
const INSIDE = 'PEERPROBE_TEST_NODE_NETWORK'
// The API server wants a default route; it leads nowhere.
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
    return 'pods are run as root only'
  }

  return absent.length === 0 ? undefined : `pods need ${absent.join(', ')}: install util-linux and iproute2`
}

/** Runs a test file again inside a network of its own and ends with its exit code; returns at once where this process is inside. */
export function enterNodeNetwork (file: string): void {
  if (process.env[INSIDE] !== undefined) {
    return
  }

  const command = [process.execPath, ...process.execArgv, file]
  const { status } = spawnSync('setpriv', ['--pdeathsig', 'KILL', 'unshare', '--net', 'sh', '-c', SET_UP, 'sh', ...command], { stdio: 'inherit', env: { ...process.env, [INSIDE]: '1' } })
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

/** Connects the network of a process to the node's; it finds its end as `eth0`. */
export async function connectToNode (pid: number): Promise<void> {
  const name = `pod${String(pid)}`
  await run('ip', ['link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid)])
  await run('ip', ['link', 'set', name, 'master', BRIDGE, 'up'])
}

/** Shell commands that give the end of a pod its address. */
export function addressCommands (address: string): string[] {
  return ['ip link set lo up', `ip addr add ${address}/${String(BITS)} dev eth0`, 'ip link set eth0 up', `ip route add default via ${NODE_ADDRESS}`]
}
