import type { Address } from '../address/address-reader.ts'

/** Whether QUIC is dialled at the address; of a /dnsaddr it shows only when it is resolved. */
export function isQuic ({ transport }: Address): boolean {
  return transport === 'quic-v1' || transport === undefined
}
