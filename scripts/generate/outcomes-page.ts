import { isContacted, isDhtServer, isIdentified, OUTCOME_NAMES, OUTCOMES } from '../../core/contracts/outcome.ts'

/** The reference page of outcomes. */
export function outcomesPage (): string {
  const rows = OUTCOME_NAMES.map((outcome) => {
    const counts = [isContacted, isIdentified, isDhtServer].map(countsAs => yes(countsAs(outcome)))

    return `| \`${outcome}\` | ${counts.join(' | ')} | ${OUTCOMES[outcome].summary} |`
  })

  return `# Outcomes

Generated from \`core/contracts/outcome.ts\`. The result of a visit, or of one dial of it. A visit's outcome is that of the
attempt that got furthest; among equals the first in this order.

| Outcome | Contacted | Identified | DHT server | Meaning |
|---|---|---|---|---|
${rows.join('\n')}
`
}

function yes (value: boolean | undefined): string {
  return value === undefined ? 'unknown' : value ? 'yes' : 'no'
}
