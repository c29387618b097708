/** The family of agents that match no rule. */
const OTHER_FAMILY = 'other'

/** Assigns agent versions to a family. Matches a prefix only: remote peers choose the texts, and could make a regular expression slow. */
export interface AgentRule {
  /** Prefix of the agent version, in lower case. */
  prefix: string

  family: string
}

/** The first family whose prefix matches the agent version, ignoring case. */
export function agentFamilyOf (rules: readonly AgentRule[], agentVersion: string): string {
  return rules.find(({ prefix }) => agentVersion.slice(0, prefix.length).toLowerCase() === prefix)?.family ?? OTHER_FAMILY
}
