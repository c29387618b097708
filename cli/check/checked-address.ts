import { isContacted } from '../../core/contracts/outcome.ts'
import type { Outcome } from '../../core/contracts/outcome.ts'

/** The steps of reaching a peer at an address, in their order. */
export type StageName = 'resolve' | 'dial' | 'secure' | 'muxer' | 'identify' | 'kad'

/** One step. */
export interface Stage {
  stage: StageName

  /** `ok`, why it failed, or for `kad` that the peer does not serve it. */
  outcome: Outcome | 'not-served'

  /** How long it took, in milliseconds; absent for a step that is a part of another one. */
  ms?: number

  /** More about it, such as the protocol. Texts of the peer are as received. */
  detail?: string
}

/** What a check found at one address. */
export interface CheckedAddress {
  /** The dialled multiaddr: with an IP address, after DNS; the given one if it was not dialled. */
  address: string

  transport: string

  /** As of a visit that dials this address only. */
  outcome: Outcome

  stages: readonly Stage[]

  /** Protocols that the peer lists there. */
  protocols?: readonly string[]

  agentVersion?: string

  /** Addresses that the peer announces there. */
  announced?: readonly string[]
}

/** Whether the peer was reached at the address. */
export function isReached ({ outcome }: CheckedAddress): boolean {
  return isContacted(outcome)
}

/** Whether a step was taken and succeeded. */
export function passed ({ stages }: CheckedAddress, name: StageName): boolean {
  return stages.some(({ stage, outcome }) => stage === name && outcome === 'ok')
}
