// The box of a real node: its own mounts, network and process ids for one test file, so that a kubelet and its containers
// leave nothing on this machine. A bridge is the node's network; pods reach the servers that listen on its address.
import { spawnSync } from 'node:child_process'
import { findProgram } from '../../../scripts/provision/programs.ts'
import { groupOf, makeGroup, missingCgroups, removeGroup, sweepGroups } from './cgroups.ts'

/** Address of the node. Servers that pods must reach listen on it. */
export const BOX_ADDRESS = '10.78.0.1'

/** Network of the pods, the node's address included. */
export const POD_SUBNET = '10.78.0.0/24'

/** The bridge that pods are connected to. */
export const BRIDGE = 'cni0'

// Set inside a box, to the name of its control group.
const INSIDE = 'PEERPROBE_TEST_NODE_BOX'
const BOX = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private']
const NEEDED = ['unshare', 'setpriv', 'ip', 'mount', 'sysctl']

// A kubelet sets these settings of the whole kernel. It finds its values in files of the box instead.
const KERNEL = { 'vm/overcommit_memory': 1, 'kernel/panic': 10, 'kernel/panic_on_oops': 1 }

const SET_UP = [
  'mount --make-rshared /',
  'mount -t tmpfs -o mode=755 tmpfs /run',
  'mkdir -p /var/lib/cni && mount -t tmpfs tmpfs /var/lib/cni',
  ...Object.entries(KERNEL).map(([name, value]) => {
    const file = `/run/${name.replaceAll('/', '_')}`

    return `echo ${String(value)} > ${file} && mount --bind ${file} /proc/sys/${name}`
  }),
  'ip link set lo up',
  `ip link add ${BRIDGE} type bridge`,
  `ip addr add ${BOX_ADDRESS}/24 dev ${BRIDGE}`,
  `ip link set ${BRIDGE} up`,
  // The API server and the range of Services need a default route; this one leads nowhere.
  `ip route add default dev ${BRIDGE}`,
  'sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.route_localnet=1',
  'exec "$@"'
].join(' && ')

/** Why this machine cannot run such a box and how to get what it needs, or undefined. */
export function missingNodeBox (): string | undefined {
  const absent = NEEDED.filter(program => findProgram(program) === undefined)

  if (process.env[INSIDE] !== undefined) {
    return undefined
  }
  if (process.getuid?.() !== 0) {
    return 'a real node needs root'
  }
  if (absent.length > 0) {
    return `a real node needs ${absent.join(', ')}: install util-linux, iproute2 and procps`
  }

  const { status, stderr } = spawnSync('unshare', [...BOX, 'mount', '-t', 'tmpfs', 'tmpfs', '/run'], { encoding: 'utf8' })

  return status === 0 ? missingCgroups() : `a real node needs the right to make namespaces and mounts (in a container: --privileged): ${stderr.trim()}`
}

/** Control group of the box that this process runs in. */
export function boxGroup (): string {
  return process.env[INSIDE] ?? ''
}

/**
 * Runs a test file or a benchmark again inside a box, with its arguments and further variables, and exits with its exit code; returns at
 * once if this process is inside already.
 */
export function enterNodeBox (file: string, env: Record<string, string> = {}): void {
  if (process.env[INSIDE] !== undefined) {
    return
  }

  const group = groupOf(process.pid)
  sweepGroups()
  makeGroup(group)
  const command = [process.execPath, ...process.execArgv, file, ...process.argv.slice(2)]
  const { status } = spawnSync('setpriv', ['--pdeathsig', 'KILL', 'unshare', ...BOX, 'sh', '-c', SET_UP, 'sh', ...command], { stdio: 'inherit', env: { ...process.env, ...env, [INSIDE]: group } })
  removeGroup(group)
  process.exit(status ?? 1)
}
