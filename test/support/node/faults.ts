// Faults of a cluster, each of which ends: it breaks something, lasts as long as it may, and puts back what a person or a supervisor would
// put back, such as a server that is started again. What PeerProbe has to repair is left broken.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { pidsOf } from './box-processes.ts'
import { skewClock } from './skewed-clock.ts'
import type { SmallDisk } from '../monitoring/small-disk.ts'
import type { NodeLab } from './node-lab.ts'

const run = promisify(execFile)

// How wrong a clock may be. Beyond 5 minutes, messages from the future become dead letters, as they should.
const [BEHIND_S, AHEAD_S] = [3_600, 240]
const PACKETS_LOST_PERCENT = 20

/** Where faults happen. */
interface FaultScene {
  lab: NodeLab
  namespace: string

  /** The disk of its dump files. */
  disk: SmallDisk

  /** Resolves when a fault has lasted long enough. */
  lasts: () => Promise<void>

  /** A number in [0, 1). */
  random: () => number
}

/** Breaks something; resolves once the fault is over. */
type Fault = (scene: FaultScene) => Promise<void>

/** The faults by name. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  'the operator is killed': async () => {
    killProcesses('operator/main.ts')
    await Promise.resolve()
  },
  'the crawler is killed': async () => {
    killProcesses('crawler/main.ts')
    await Promise.resolve()
  },
  'the consumer is killed': async () => {
    killProcesses('consumer/main.ts')
    await Promise.resolve()
  },
  'the broker is killed': async ({ lab, lasts }) => {
    await lab.broker.kill(1)
    await lasts()
    await lab.broker.start(1)
  },
  'the database is killed': async ({ lab, lasts }) => {
    await lab.sql.kill()
    await lasts()
    await lab.sql.start()
  },
  'the API server is killed': async ({ lab }) => {
    await lab.rig.plane.restartApiServer()
  },
  'the kubelet is killed and the crawler meanwhile': async ({ lab, lasts }) => {
    await lab.node.kill('kubelet')
    killProcesses('crawler/main.ts')
    await lasts()
    await lab.node.startKubelet()
  },
  'a pod is cut off': async (scene) => {
    const { device } = await anyInterface(scene)
    await run('ip', ['link', 'set', device, 'down'])
    await scene.lasts()
    await ofExisting(run('ip', ['link', 'set', device, 'up']))
  },
  'packets of a pod are delayed and dropped': async (scene) => {
    const { device, address } = await anyInterface(scene)
    const lose = `numgen random mod 100 < ${String(PACKETS_LOST_PERCENT)} drop`
    // A queue that is emptied slowly delays packets and drops those that it has no room for.
    await run('tc', ['qdisc', 'add', 'dev', device, 'root', 'tbf', 'rate', '256kbit', 'burst', '4kb', 'latency', '2s'])
    await run('nft', [`add table inet faults; add chain inet faults in { type filter hook input priority -10; }; add rule inet faults in ip saddr ${address} ${lose}`])
    await scene.lasts()
    await run('nft', ['delete table inet faults'])
    await ofExisting(run('tc', ['qdisc', 'del', 'dev', device, 'root']))
  },
  'the clock of the crawler is wrong': async ({ lab, namespace, lasts, random }) => {
    await skewClock(lab, `${namespace}/amino-crawler-main`, { seconds: Math.round(random() * (BEHIND_S + AHEAD_S) - BEHIND_S), lasts })
  },
  'the clock of the consumer is wrong': async ({ lab, namespace, lasts, random }) => {
    await skewClock(lab, `${namespace}/amino-consumer`, { seconds: Math.round(random() * (BEHIND_S + AHEAD_S) - AHEAD_S), lasts })
  },
  'the volume of dumps is full': async ({ disk, lasts }) => {
    disk.fill(0)
    await lasts()
    disk.empty()
  },
  'the node is drained': async ({ lab, lasts }) => {
    await lab.rig.plane.kubectl(['drain', 'real', '--force', '--delete-emptydir-data', '--ignore-daemonsets', '--timeout=20s'])
    await lasts()
    await lab.rig.plane.kubectl(['uncordon', 'real'])
  }
}

/** Faults by their names, separated by commas. @throws TypeError for one that does not exist */
export function namedFaults (text: string): string[] {
  const names = text.split(',').map(name => name.trim())

  for (const name of names) {
    if (!Object.hasOwn(FAULTS, name)) {
      throw new TypeError(`PEERPROBE_FAULTS: no fault is called "${name}"; take some of: ${Object.keys(FAULTS).join(', ')}`)
    }
  }

  return names
}

function killProcesses (text: string): void {
  for (const pid of pidsOf(text)) {
    process.kill(pid, 'SIGKILL')
  }
}

// The host's end of the network of a pod that is picked at random: the operator's or one of the PeerProbe's.
async function anyInterface ({ lab, namespace, random }: FaultScene): Promise<{ device: string, address: string }> {
  const pods = [...await lab.pods('peerprobe-system'), ...await lab.pods(namespace)].flatMap(({ status: { phase, podIP } }) => phase === 'Running' && podIP !== undefined ? [podIP] : [])
  const address = pods[Math.floor(random() * pods.length)] ?? ''
  const { stdout } = await run('ip', ['-o', 'neigh', 'show', address])
  const mac = /lladdr (\S+)/.exec(stdout)?.[1] ?? ''
  const { stdout: forwarding } = await run('bridge', ['fdb', 'show'])
  const device = new RegExp(`^${mac} dev (veth\\S+)`, 'm').exec(forwarding)?.[1]

  if (device === undefined) {
    throw new TypeError(`no interface of the pod at ${address}: ${stdout}${forwarding}`)
  }

  return { device, address }
}

// The pod, and with it the interface, may be gone by now.
async function ofExisting (command: Promise<unknown>): Promise<void> {
  await command.catch((err: unknown) => {
    if (!String(err).includes('Cannot find device')) {
      throw err
    }
  })
}
