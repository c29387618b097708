/**
 * The closed set of outcomes of a visit or of one dial attempt.
 *
 * `stage` is how far it got. A visit has the outcome of its attempt with the highest stage, and
 * among equal stages the first in this table. The order is part of the contract.
 */
export const OUTCOMES = {
  'ok': { stage: 7, summary: 'Identified, and answered FIND_NODE.' },
  'rpc-failed': { stage: 6, summary: 'Identified and speaks the DHT protocol, but gave no usable answer.' },
  'identified': { stage: 5, summary: 'Connected and identified; does not serve the DHT (a DHT client).' },
  'identify-failed': { stage: 4, summary: 'Connected, but identify failed.' },
  'connected': { stage: 3, summary: 'Connected, and closed before identify.' },
  'refused': { stage: 1, summary: 'The address refused the connection.' },
  'timeout': { stage: 1, summary: 'No answer in time.' },
  'unreachable': { stage: 1, summary: 'No route to the address.' },
  'reset': { stage: 2, summary: 'The connection was reset or closed before it was secured.' },
  'no-dialable-address': { stage: 0, summary: 'The peer has no address at all.' },
  'filtered': { stage: 0, summary: 'The address policy of the scan forbids every address.' },
  'unsupported-transport': { stage: 0, summary: 'No transport of this crawler fits any address.' },
  'security-unsupported': { stage: 2, summary: 'The remote offers no security protocol that this crawler speaks.' },
  'no-muxer': { stage: 2, summary: 'The remote offers no stream multiplexer that this crawler speaks.' },
  'handshake-failed': { stage: 2, summary: 'The security handshake failed.' },
  'peer-id-mismatch': { stage: 2, summary: 'Another peer answers at the address.' },
  'protocol-error': { stage: 2, summary: 'The remote broke a protocol before it was identified.' },
  'relay-refused': { stage: 1, summary: 'A relay refused to connect to the peer.' },
  'dns-failed': { stage: 0, summary: 'A DNS name among the addresses did not resolve.' },
  'limit-exceeded': { stage: 0, summary: 'A limit of this crawler ended the visit.' },
  'aborted': { stage: 0, summary: 'The crawl or the process stopped first.' },
  'unknown': { stage: 0, summary: 'Anything else; its text is kept.' }
} as const satisfies Record<string, { stage: number, summary: string }>

/** An outcome. */
export type Outcome = keyof typeof OUTCOMES

/** All outcomes in their order. */
export const OUTCOME_NAMES = Object.keys(OUTCOMES) as [Outcome, ...Outcome[]]

/** Whether a secured connection to the peer was established. Only contacted peers count in a population. */
export function isContacted (outcome: Outcome): boolean {
  return OUTCOMES[outcome].stage >= 3
}

/** Whether the peer reported its agent and protocols. */
export function isIdentified (outcome: Outcome): boolean {
  return OUTCOMES[outcome].stage >= 5
}

/** Whether the peer serves the DHT; undefined if the visit could not determine it. */
export function isDhtServer (outcome: Outcome): boolean | undefined {
  return isIdentified(outcome) ? OUTCOMES[outcome].stage >= 6 : undefined
}

/** The outcome that got furthest; `no-dialable-address` when there was no attempt. */
export function furthestOutcome (outcomes: readonly Outcome[]): Outcome {
  let best: Outcome | undefined

  for (const outcome of outcomes) {
    if (best === undefined || isFurther(outcome, best)) {
      best = outcome
    }
  }

  return best ?? 'no-dialable-address'
}

function isFurther (a: Outcome, b: Outcome): boolean {
  const byStage = OUTCOMES[a].stage - OUTCOMES[b].stage

  return byStage > 0 || (byStage === 0 && OUTCOME_NAMES.indexOf(a) < OUTCOME_NAMES.indexOf(b))
}
