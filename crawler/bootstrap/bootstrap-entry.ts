import { multiaddr } from '@multiformats/multiaddr'
import { AddressPolicy } from '../address/address-policy.ts'
import { readAddress } from '../address/address-reader.ts'
import { parseAddress } from '../address/address.ts'
import { formatIp } from '../address/ip-text.ts'
import { canDial } from '../lanes/may-dial.ts'
import type { AddressPolicyOptions } from '../address/address-policy.ts'
import type { Address } from '../address/address-reader.ts'

/** One entry of a list of bootstrap peers. */
export interface BootstrapEntry {
  address: Address

  /** Multihash of its peer id. A /dnsaddr may have none, and then means all peers in its records. */
  peerId?: Uint8Array
}

/** Reads an entry of a list of bootstrap peers, or returns what is wrong with it. Used both for manifests and by crawlers. */
export function readBootstrapEntry (text: string): BootstrapEntry | { fault: string } {
  const parsed = parseAddress(text)

  if (parsed === undefined) {
    return { fault: 'not a multiaddr' }
  }
  if (parsed.address.length === 0) {
    return { fault: 'a peer id without an address' }
  }

  const address = readAddress(parsed.address)

  if (address === undefined) {
    return { fault: 'longer than any address in use' }
  }
  if (parsed.peerId === undefined) {
    return address.family === 'dnsaddr' ? { address } : { fault: 'must end in /p2p/<peer id>' }
  }

  return { address, peerId: parsed.peerId }
}

/**
 * The entries of a list that can never be dialled, each with the reason. Old lists contain such entries, which do no
 * harm as long as there are others. Only a list without a usable entry is an error.
 */
export function neverDialled (texts: readonly string[], addresses: AddressPolicyOptions): Map<string, string> {
  const policy = new AddressPolicy(addresses)
  const reasons = new Map<string, string>()

  for (const text of texts) {
    const entry = readBootstrapEntry(text)
    const reason = 'fault' in entry ? entry.fault : whyNever(text, entry, { policy, name: addresses.policy })

    if (reason !== undefined) {
      reasons.set(text, reason)
    }
  }

  return reasons
}

function whyNever (text: string, { address }: BootstrapEntry, { policy, name }: { policy: AddressPolicy, name: string }): string | undefined {
  if (!canDial(address)) {
    return `${unsupportedProtocolIn(text) ?? 'such a relay'} is not supported (TCP, QUIC, WebSocket, and relays reached by TCP or WebSocket are)`
  }
  if (policy.allows(address)) {
    return undefined
  }

  return address.port === 0 ? 'it has no port' : `addresses.policy ${name} or addresses.deny of the scan forbids ${formatIp(address.host)}`
}

const HOSTS = ['ip4', 'ip6', 'dns', 'dns4', 'dns6', 'dnsaddr']
const WITH_VALUE = new Set([...HOSTS, 'tcp', 'udp', 'sni', 'certhash', 'p2p'])
const DIALLED = new Set([...WITH_VALUE, 'tls', 'ws', 'wss', 'noise', 'quic-v1', 'p2p-circuit'])

/** The protocol of an address that no client supports. */
function unsupportedProtocolIn (text: string): string | undefined {
  try {
    return multiaddr(text).getComponents().find(({ name }) => !DIALLED.has(name))?.name
  } catch {
    // the library does not know one of the protocols: return the first part that is neither a known protocol nor a
    // value
    return text.split('/').find((part, i, parts) => i > 0 && !DIALLED.has(part) && !WITH_VALUE.has(parts[i - 1] ?? ''))
  }
}
