// One cause and one piece of advice, from what was found at all addresses.
import { furthestOutcome, OUTCOMES } from '../../core/contracts/outcome.ts'
import { isLan, kadNames } from '../../crawler/dht/kad-names.ts'
import { isReached, passed } from './checked-address.ts'
import type { Outcome } from '../../core/contracts/outcome.ts'
import type { CheckedAddress } from './checked-address.ts'

/** What a check concludes. */
export interface Diagnosis {
  isReachable: boolean

  /** A stable name of the cause, for scripts. */
  cause: string

  /** The cause in one sentence. May contain texts of the peer, as received. */
  says: string

  /** What to do about it. */
  advice: string
}

const NOTHING = 'Nothing.'
const AT_THE_PEER = 'At the peer:'

/** Concludes from the addresses of a peer. */
export function diagnose (addresses: readonly CheckedAddress[], policy: string): Diagnosis {
  const reached = addresses.filter(isReached)

  return reached.length > 0 ? ofReached(reached, addresses) : ofUnreached(addresses, policy)
}

function ofReached (reached: readonly CheckedAddress[], all: readonly CheckedAddress[]): Diagnosis {
  const outcome = furthestOutcome(reached.map(address => address.outcome))
  const best = reached.find(address => address.outcome === outcome)
  const protocols = best?.protocols ?? []

  // Over a relay many peers answer no more than identify, so its other answers say little.
  if (reached.every(({ transport }) => transport === 'relay')) {
    return conclude(true, 'relay-only', 'it is reachable through a relay only', `${AT_THE_PEER} it is behind NAT or a firewall: forward its port, or let it use UPnP.`)
  }

  switch (outcome) {
    case 'ok': return ofServer(reached, all)
    case 'rpc-failed': return conclude(true, 'rpc-failed', 'it serves the DHT protocol, and gives no usable answer', `${AT_THE_PEER} look for errors of its DHT; it may be overloaded or still starting.`)
    case 'identified': return ofClient(kadNames(protocols))
    default: return conclude(true, outcome, 'it accepts the connection, and closes it or fails before it says who it is', `${AT_THE_PEER} look for limits of connections, and for blocked peers.`)
  }
}

function ofClient (kad: readonly string[]): Diagnosis {
  if (kad.length > 0 && kad.every(isLan)) {
    return conclude(true, 'lan-only', `it serves ${kad.join(', ')} only: a DHT client for this network`, `${AT_THE_PEER} it becomes a DHT server when other peers can dial it; Kubo: \`Routing.Type\` dhtserver or auto, and an open port.`)
  }
  if (kad.length > 0) {
    return conclude(true, 'other-network', `it serves the DHT of another network (${kad.slice(0, 8).join(', ')})`, 'Give the network of these protocols with --network or --bootstrap.')
  }

  return conclude(true, 'dht-client', 'it answers, and does not serve a DHT: a DHT client', 'Nothing, unless it should serve the DHT: then it needs an address that others can dial.')
}

// A server may be reachable in one way only.
function ofServer (reached: readonly CheckedAddress[], all: readonly CheckedAddress[]): Diagnosis {
  const [tcp, quic] = [isTcp, isQuic].map(is => ({ tried: all.filter(address => is(address) && hasDialled(address)), reached: reached.filter(is) }))

  if (tcp !== undefined && tcp.tried.length > 0 && tcp.reached.length === 0) {
    return conclude(true, 'tcp-filtered', `QUIC answers, TCP does not (${outcomesOf(tcp.tried)})`, `${AT_THE_PEER} open its TCP port in the firewall and the router, or announce only QUIC.`)
  }
  if (quic !== undefined && quic.tried.length > 0 && quic.reached.length === 0) {
    return conclude(true, 'quic-filtered', `TCP answers, QUIC does not (${outcomesOf(quic.tried)})`, `${AT_THE_PEER} open its UDP port in the firewall and the router, or announce only TCP. Some networks of dialling machines block UDP too.`)
  }

  return conclude(true, 'reachable', 'it is reachable and serves the DHT', NOTHING)
}

const UNREACHED: Readonly<Partial<Record<Outcome, readonly [says: string, advice: string]>>> = {
  'refused': ['its port is closed: the connection is refused', `${AT_THE_PEER} start the program, or correct the port that it announces.`],
  'unreachable': ['there is no route to its addresses', 'Check that this machine has IPv4 and IPv6 as the addresses need; otherwise the addresses are wrong.'],
  'reset': ['it accepts the connection and closes it before it is secured', `${AT_THE_PEER} another program may listen on the port, or a firewall or a limit of connections cuts it.`],
  'no-dialable-address': ['no address of it is known', 'Give a multiaddr of it. If it should be in the DHT, it has not announced itself, or has left.'],
  'unsupported-transport': ['it has only addresses of transports that this program does not dial', 'It can be reached by TCP, QUIC, WebSocket or a relay only.'],
  'security-unsupported': ['it offers no security protocol that this program speaks (Noise, TLS)', `${AT_THE_PEER} enable Noise or TLS.`],
  'no-muxer': ['it offers no stream multiplexer that this program speaks (yamux)', `${AT_THE_PEER} enable yamux.`],
  'handshake-failed': ['the security handshake fails', `${AT_THE_PEER} update it; its keys or certificates may be invalid.`],
  'protocol-error': ['what answers does not speak libp2p correctly', `${AT_THE_PEER} another program may listen on the port.`],
  'relay-refused': ['its relay refuses to connect to it', 'The peer has no reservation at this relay any more: find a newer address of it.'],
  'dns-failed': ['the name in its address cannot be resolved', 'Correct the name, or check the DNS of this machine.'],
  'limit-exceeded': ['a limit of this program ended the check', 'Try again, or give one address.'],
  'aborted': ['the check was stopped', 'Run it again.']
}

function ofUnreached (addresses: readonly CheckedAddress[], policy: string): Diagnosis {
  const dialled = addresses.filter(({ outcome }) => outcome !== 'filtered')

  if (addresses.length > 0 && dialled.length === 0) {
    return policy === 'Public'
      ? conclude(false, 'private-only', 'it announces only addresses of private networks, which cannot be dialled from elsewhere', `${AT_THE_PEER} announce its public address (Kubo: \`Addresses.AppendAnnounce\`) or use a relay. To dial private addresses from here: --addresses Any.`)
      : conclude(false, 'filtered', `no address of it is allowed by --addresses ${policy}`, 'Allow them with --addresses Any. Addresses of metadata services are never dialled.')
  }

  const outcome = furthestOutcome(dialled.map(address => address.outcome))
  const at = dialled.find(address => address.outcome === outcome)

  if (outcome === 'peer-id-mismatch') {
    const detail = at?.stages.at(-1)?.detail ?? 'another peer answers'

    return conclude(false, outcome, `another peer id answers at its address: ${detail}`, 'The peer has a new key, or its address belongs to another peer now: find its current id or address.')
  }
  if (outcome === 'timeout') {
    return ofTimeout(dialled)
  }

  const [says, advice] = UNREACHED[outcome] ?? [OUTCOMES[outcome].summary, 'Read the details of each address.']

  return conclude(false, outcome, says, advice)
}

function ofTimeout (dialled: readonly CheckedAddress[]): Diagnosis {
  const isMute = dialled.some(address => isTcp(address) && passed(address, 'dial'))

  return isMute
    ? conclude(false, 'mute', 'its port accepts connections, and nothing answers there', `${AT_THE_PEER} the program hangs or is overloaded, or a proxy or tunnel in front of it has lost it.`)
    : conclude(false, 'timeout', 'nothing answers at its addresses in time', `${AT_THE_PEER} a firewall drops the packets, or the machine is off; forward the port in the router.`)
}

function conclude (isReachable: boolean, cause: string, says: string, advice: string): Diagnosis {
  return { isReachable, cause, says, advice }
}

function isTcp ({ transport }: CheckedAddress): boolean {
  return transport === 'tcp' || transport === 'ws' || transport === 'wss'
}

function isQuic ({ transport }: CheckedAddress): boolean {
  return transport === 'quic-v1'
}

function hasDialled ({ stages }: CheckedAddress): boolean {
  return stages.length > 1
}

function outcomesOf (addresses: readonly CheckedAddress[]): string {
  return [...new Set(addresses.map(({ outcome }) => outcome))].join(', ')
}
