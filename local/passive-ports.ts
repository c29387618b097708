import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { BlockList, createServer } from 'node:net'
import { PassiveScan } from '../core/contracts/scan.ts'
import { errorText, ProbeError } from '../core/errors.ts'
import type { PeerProbe } from '../operator/api/v1alpha1.ts'
import type { Socket } from 'node:dgram'
import type { EventEmitter } from 'node:events'
import type { AddressInfo } from 'node:net'

/** A passive node that does not listen where it would by default. */
export interface MovedPort { scan: string, port: number }

const { port: DEFAULT_PORT } = PassiveScan.parse(undefined)
const ATTEMPTS = 100
const LAST_PORT = 65_534

/**
 * Gives each passive node of a PeerProbe a port of its own. Several scans share this machine, and other libp2p software
 * likes the default one too: where that is taken, any free one will do. A port that the manifest names stays as it is.
 */
export async function withOwnPorts (probe: PeerProbe, host: string): Promise<{ probe: PeerProbe, moved: MovedPort[] }> {
  const taken = new Set<number>()
  const moved: MovedPort[] = []
  const scans: PeerProbe['spec']['scans'] = []

  for (const scan of probe.spec.scans) {
    const { enabled, port: wanted } = scan.passive
    const mayStay = !enabled || wanted !== DEFAULT_PORT || (!taken.has(wanted) && await isFree(wanted, host))
    const port = mayStay ? wanted : await freePort(host, taken)
    moved.push(...mayStay ? [] : [{ scan: scan.name, port }])
    scans.push({ ...scan, passive: { ...scan.passive, port } })

    if (enabled) {
      taken.add(port).add(port + 1)
    }
  }

  return { probe: { ...probe, spec: { ...probe.spec, scans } }, moved }
}

/**
 * Checks that passive nodes can listen on an IP address: it is this machine's, for TCP and UDP.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` naming the option and the cause
 */
export async function checkListenAddress (host: string): Promise<void> {
  const fault = isMulticast(host)
    ? 'it is a multicast or broadcast address'
    : await listenFault(createServer().listen(0, host)) ?? await listenFault(socketFor(host).bind(0, host))

  if (fault !== undefined) {
    throw new ProbeError('PP_CONFIG_INVALID', `--listen: no passive node can listen on ${host} (${fault}): give an IP address of this machine, or 0.0.0.0 or :: for all of them`)
  }
}

// The system lets sockets bind to these; nobody could dial what listens there.
function isMulticast (host: string): boolean {
  const ranges = new BlockList()
  ranges.addSubnet('224.0.0.0', 4, 'ipv4')
  ranges.addAddress('255.255.255.255', 'ipv4')
  ranges.addSubnet('ff00::', 8, 'ipv6')

  return ranges.check(host.replace(/%.*$/, ''), host.includes(':') ? 'ipv6' : 'ipv4')
}

/** A port for the only passive node of a run: the default one where it is free, else any. */
export async function passivePort (host: string): Promise<number> {
  return await isFree(DEFAULT_PORT, host) ? DEFAULT_PORT : await freePort(host, new Set())
}

/** Whether a passive node can listen there: TCP and UDP, and WebSocket on the next one. */
async function isFree (port: number, host: string): Promise<boolean> {
  return await canListen(createServer().listen(port, host))
    && await canListen(createServer().listen(port + 1, host))
    && await canListen(socketFor(host).bind(port, host))
}

async function freePort (host: string, taken: ReadonlySet<number>): Promise<number> {
  for (let i = 0; i < ATTEMPTS; i++) {
    const server = createServer().listen(0, host)
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    await close(server)

    if (port <= LAST_PORT && !taken.has(port) && !taken.has(port + 1) && await isFree(port, host)) {
      return port
    }
  }

  throw new ProbeError('PP_CONFIG_INVALID', `passive.port: no free port on ${host} could be found: name one in the manifest, or leave the passive node out by passive.enabled: false`)
}

interface Listener extends EventEmitter { close: (callback?: () => void) => unknown }

function socketFor (host: string): Socket {
  return createSocket(host.includes(':') ? 'udp6' : 'udp4')
}

// Taken, or not ours to take: the same for whoever looks for a free one.
async function canListen (listener: Listener): Promise<boolean> {
  return await listenFault(listener) === undefined
}

/** Why nobody can listen there; undefined where one can. */
async function listenFault (listener: Listener): Promise<string | undefined> {
  try {
    await once(listener, 'listening')
  } catch (err) {
    return errorText(err)
  }

  await close(listener)
  return undefined
}

async function close (listener: Listener): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  listener.close(() => {
    resolve(undefined)
  })
  await promise
}
