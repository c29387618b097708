import { ProbeError } from '../../core/errors.ts'
import { addressClassOf, embeddedIpv4 } from './ip-class.ts'
import { inRange, parseCidr } from './ip-range.ts'
import type { ScanAddresses } from '../../core/contracts/scan.ts'
import type { Address } from './address-reader.ts'
import type { IpRange } from './ip-range.ts'
import type { z } from 'zod'

/** The scan's settings of which addresses may be dialled. */
export type AddressPolicyOptions = Pick<z.output<typeof ScanAddresses>, 'policy' | 'deny'>

/**
 * Decides which addresses may be dialled. Peers can advertise any address. Without this policy an attacker could use
 * the crawler to reach services inside its own network, or to scan other networks.
 *
 * A name must be checked twice: before it is resolved, and again for each address that it resolves to, since the
 * owner of the name chooses these addresses (DNS rebinding).
 */
export class AddressPolicy {
  readonly #policy: AddressPolicyOptions['policy']
  readonly #deny: readonly IpRange[]

  /** @throws ProbeError `PP_CONFIG_INVALID` for an invalid CIDR */
  constructor ({ policy, deny }: AddressPolicyOptions) {
    this.#policy = policy
    this.#deny = deny.map(parseDeny)
  }

  /** Whether the address may be dialled, or its name resolved. For a relayed address the relay's address counts, since the relay is dialled. */
  allows ({ family, host, port, transport }: Address): boolean {
    if (family === 'dnsaddr') {
      return true
    }
    if (port === 0 && transport !== 'other') {
      return false
    }

    return (family !== 'ip4' && family !== 'ip6') || this.allowsIp(host)
  }

  /** Whether an IP address (4 or 16 bytes) may be dialled. */
  allowsIp (ip: Uint8Array): boolean {
    const kind = addressClassOf(ip)

    if (kind === 'forbidden' || (this.#policy !== 'Any' && kind !== CLASS[this.#policy])) {
      return false
    }

    const inner = embeddedIpv4(ip)

    return !this.#deny.some(range => inRange(range, ip) || (inner !== undefined && inRange(range, inner)))
  }
}

const CLASS = { Public: 'public', Private: 'private' } as const

function parseDeny (text: string): IpRange {
  const range = parseCidr(text)

  if (range === undefined) {
    throw new ProbeError('PP_CONFIG_INVALID', `addresses.deny: not a CIDR: ${text}`)
  }

  return range
}
