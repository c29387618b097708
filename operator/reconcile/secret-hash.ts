import { hash } from 'node:crypto'

/** Tells whether what a Secret holds has changed, and nothing of what it is. */
export function secretHash (data: Readonly<Record<string, string>>): string {
  return hash('sha256', JSON.stringify(Object.entries(data).sort()), 'hex').slice(0, 16)
}
