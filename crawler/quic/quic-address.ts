import type { Address } from '../address/address-reader.ts'

/** Whether QUIC can be dialled at the address. True for an unresolved /dnsaddr, which may lead to any address. */
export function isQuic ({ transport }: Address): boolean {
  return transport === 'quic-v1' || transport === undefined
}
