import { ProbeError } from '../../core/errors.ts'
import { neverDialled } from './bootstrap-entry.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { AddressPolicyOptions } from '../address/address-policy.ts'

/** Entries shown in a message; a list has 64 at most. */
const MAX_NAMED = 20

/** Characters shown of an entry. */
const MAX_SHOWN = 160

/**
 * Logs at the start which bootstrap peers can never be dialled. The others are used.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` if no peer is usable, with the reason for each
 */
export function checkBootstrap (bootstrapPeers: readonly string[], addresses: AddressPolicyOptions, log: Pick<Logger, 'warn'>): void {
  const reasons = [...neverDialled(bootstrapPeers, addresses)].map(([text, reason]) => `${text.slice(0, MAX_SHOWN)}: ${reason}`)
  const problems = [...reasons.slice(0, MAX_NAMED), ...reasons.length > MAX_NAMED ? [`and ${String(reasons.length - MAX_NAMED)} more`] : []]

  if (reasons.length > 0 && reasons.length === new Set(bootstrapPeers).size) {
    throw new ProbeError('PP_CONFIG_INVALID', `network.bootstrapPeers: none can ever be dialled: ${problems.join('; ')}`, { details: { problems } })
  }
  if (reasons.length > 0) {
    log.warn({ problems }, 'bootstrap peers that can never be dialled are left out')
  }
}
