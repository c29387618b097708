import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { BlockList, createServer } from 'node:net'
import { EVERY_ADDRESS } from '../core/admin/admin-server.ts'
import { PassiveScan } from '../core/contracts/scan.ts'
import { errorText, ProbeError } from '../core/errors.ts'
import { problemsError } from '../core/process/config.ts'
import type { PeerProbe } from '../operator/api/v1alpha1.ts'
import type { Socket } from 'node:dgram'
import type { EventEmitter } from 'node:events'
import type { AddressInfo } from 'node:net'

/** A passive node that does not listen on the default port. */
export interface MovedPort { scan: string, port: number }

const { port: DEFAULT_PORT } = PassiveScan.parse(undefined)
const ATTEMPTS = 100
const LAST_PORT = 65_534
const EVERY_IPV4 = '0.0.0.0'

const UNDIALLABLE = [
  { fault: 'it is a multicast or broadcast address', ranges: rangesOf(['224.0.0.0', 4, 'ipv4'], ['255.255.255.255', 32, 'ipv4'], ['ff00::', 8, 'ipv6']) },
  { fault: 'it is a link-local address, which needs a zone, and libp2p addresses with a zone cannot be dialled by others', ranges: rangesOf(['fe80::', 10, 'ipv6']) }
]

/**
 * Gives each passive node of a PeerProbe its own port. Several scans share this machine, and other libp2p software uses
 * the default port too: if that is taken, any free port is used. A port in the manifest is not changed.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` with each port of the manifest that is not available, and its cause
 */
export async function withOwnPorts (probe: PeerProbe, host: string): Promise<{ probe: PeerProbe, moved: MovedPort[] }> {
  const taken = new Map<number, string>()
  const moved: MovedPort[] = []
  const scans: PeerProbe['spec']['scans'] = []
  const problems: string[] = []

  for (const [i, scan] of probe.spec.scans.entries()) {
    const { enabled, port: wanted } = scan.passive
    const fault = enabled ? ownFault(wanted, taken) ?? await portFault(wanted, host) : undefined
    const moves = fault !== undefined && wanted === DEFAULT_PORT
    const port = moves ? await freePort(host, taken) : wanted
    moved.push(...moves ? [{ scan: scan.name, port }] : [])
    problems.push(...fault === undefined || moves ? [] : [portProblem(i, wanted, fault)])
    scans.push({ ...scan, passive: { ...scan.passive, port } })

    if (enabled) {
      taken.set(port, scan.name).set(port + 1, scan.name)
    }
  }
  throwIfAny(problems, probe.metadata.name)

  return { probe: { ...probe, spec: { ...probe.spec, scans } }, moved }
}

function portProblem (scan: number, port: number, fault: string): string {
  const wayOut = 'choose another one, or leave it out for any free port'

  return `spec.scans[${String(scan)}].passive.port: no passive node can listen on ${String(port)} (${fault}): ${wayOut}`
}

function throwIfAny (problems: readonly string[], what: string): void {
  if (problems.length > 0) {
    throw problemsError(problems, { code: 'PP_CONFIG_INVALID', what })
  }
}

/**
 * Checks that passive nodes can listen on an IP address: it belongs to this machine, for TCP and UDP.
 *
 * @returns the address; for `::`, which means all addresses, `0.0.0.0` if the kernel has no IPv6
 * @throws ProbeError `PP_CONFIG_INVALID` with the option and the cause
 */
export async function checkListenAddress (host: string, canListenOn: (host: string) => Promise<string | undefined> = hostFault): Promise<string> {
  const fault = undiallable(host) ?? await canListenOn(host)

  if (fault === undefined) {
    return host
  }
  if (host === EVERY_ADDRESS && await canListenOn(EVERY_IPV4) === undefined) {
    return EVERY_IPV4
  }

  throw new ProbeError('PP_CONFIG_INVALID', `--listen: no passive node can listen on ${host} (${fault}): give an IP address of this machine, or 0.0.0.0 or :: for all of them`)
}

async function hostFault (host: string): Promise<string | undefined> {
  return await listenFault(createServer().listen(0, host)) ?? await listenFault(socketFor(host).bind(0, host))
}

// The system lets sockets bind to some of these, but nobody could dial a listener there.
function undiallable (host: string): string | undefined {
  const family = host.includes(':') ? 'ipv6' : 'ipv4'

  return UNDIALLABLE.find(({ ranges }) => ranges.check(host, family))?.fault
}

function rangesOf (...subnets: [network: string, prefix: number, family: 'ipv4' | 'ipv6'][]): BlockList {
  const ranges = new BlockList()
  subnets.forEach((subnet) => {
    ranges.addSubnet(...subnet)
  })

  return ranges
}

/**
 * A port for the passive node of a practice network. Never the default port: peers of that network dial it before the
 * node listens, and would connect to any other program that took it meanwhile.
 */
export async function practicePort (host: string): Promise<number> {
  return await freePort(host, new Map([[DEFAULT_PORT, '']]))
}

async function isFree (port: number, host: string): Promise<boolean> {
  return await portFault(port, host) === undefined
}

/** Why no passive node can listen there: on TCP and UDP, and with WebSocket on the next port. */
async function portFault (port: number, host: string): Promise<string | undefined> {
  return await listenFault(createServer().listen(port, host))
    ?? await listenFault(createServer().listen(port + 1, host))
    ?? await listenFault(socketFor(host).bind(port, host))
}

function ownFault (port: number, taken: ReadonlyMap<number, string>): string | undefined {
  const scan = taken.get(port) ?? taken.get(port + 1)

  return scan === undefined ? undefined : `the passive node of scan ${scan} uses it; each uses two ports, the second for WebSocket`
}

async function freePort (host: string, taken: ReadonlyMap<number, unknown>): Promise<number> {
  for (let i = 0; i < ATTEMPTS; i++) {
    const server = createServer().listen(0, host)
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    await close(server)

    if (port <= LAST_PORT && !taken.has(port) && !taken.has(port + 1) && await isFree(port, host)) {
      return port
    }
  }

  throw new ProbeError('PP_CONFIG_INVALID', `passive.port: no free port on ${host} could be found: set one in the manifest, or turn the passive node off with passive.enabled: false`)
}

interface Listener extends EventEmitter { close: (callback?: () => void) => unknown }

function socketFor (host: string): Socket {
  return createSocket(host.includes(':') ? 'udp6' : 'udp4')
}

/** Why listening there fails; undefined if it works. */
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
