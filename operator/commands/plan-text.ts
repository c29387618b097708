import { escapeControlChars } from '../../core/text/escape-control-chars.ts'
import type { Change, ProbePlan } from './plan.ts'

const SIGNS = { make: '+', change: '~', remove: '-', keep: ' ', refuse: '!' } as const satisfies Record<Change['action'], string>
const WORDS = { make: 'to create', change: 'to change', remove: 'to remove', refuse: 'refused', keep: 'as they are' } as const satisfies Record<Change['action'], string>

/** A plan for a terminal: what would be created, changed and removed, the lines of each change, and the totals. */
export function planText ({ changes, notes }: ProbePlan): string {
  const shown = changes.filter(({ action }) => action !== 'keep').flatMap(({ action, kind, namespace, name, lines }) =>
    [`${SIGNS[action]} ${kind} ${namespace}/${name}`, ...lines.map(line => `    ${escapeControlChars(line)}`)])
  const counts = (Object.keys(WORDS) as Change['action'][])
    .map(action => [changes.filter(change => change.action === action).length, WORDS[action]] as const)
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${String(count)} ${word}`)

  return [...shown, ...notes.map(note => `note: ${escapeControlChars(note)}`), counts.join(', '), ''].join('\n')
}
