/** The family of agents that no rule fits. */
const OTHER_FAMILY = 'other'

/** Which agent versions belong to a family: by prefix alone, since the texts are a stranger's and a pattern could be made slow. */
export interface AgentRule {
  /** What the agent version starts with, in lower case. */
  prefix: string

  family: string
}

/** The first family whose prefix the agent version starts with, whatever the case of its letters. */
export function agentFamilyOf (rules: readonly AgentRule[], agentVersion: string): string {
  return rules.find(({ prefix }) => agentVersion.slice(0, prefix.length).toLowerCase() === prefix)?.family ?? OTHER_FAMILY
}
