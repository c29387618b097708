// Old lists of bootstrap peers hold addresses that nobody dials any more. Beside others they are left out, and that is
// said; a list of nothing else is refused, with the reason of each entry.
import { ScanAddresses } from '../../core/contracts/scan.ts'
import { formatPath } from '../../core/process/config.ts'
import { neverDialled, readBootstrapEntry } from '../../crawler/bootstrap/bootstrap-entry.ts'
import { locate } from './problem.ts'
import type { Problem } from './problem.ts'

/** What is wrong with lists of bootstrap peers of which none can ever be dialled; entries that do not even parse are reported elsewhere. */
export function uselessBootstrapLists (manifest: unknown): Problem[] {
  return listsOf(manifest).filter(({ texts, problems }) => problems.length === texts.length).flatMap(({ texts, problems }) =>
    problems.filter((_, i) => !('fault' in readBootstrapEntry(texts[i] ?? ''))))
}

/** Bootstrap peers that can never be dialled, beside others that can; for the user to read. */
export function unusedBootstrapPeers (manifest: unknown): string[] {
  return listsOf(manifest).filter(({ texts, problems }) => problems.length < texts.length).flatMap(({ problems }) =>
    problems.map(({ path, message }) => `${formatPath(path)} is left out: ${message}`))
}

interface BootstrapList {
  texts: readonly string[]

  /** Of the entries that can never be dialled; in the list's order. */
  problems: Problem[]
}

function listsOf (manifest: unknown): BootstrapList[] {
  return locate(manifest, ['spec', 'scans', '*']).flatMap(({ path, value: scan }) => {
    const texts = locate(scan, ['network', 'bootstrapPeers', '*']).map(({ value }) => value)
    const addresses = ScanAddresses.safeParse(locate(scan, ['addresses'])[0]?.value)

    if (texts.length === 0 || !addresses.success || !texts.every(text => typeof text === 'string')) {
      return []
    }

    const reasons = reasonsOf(texts, addresses.data)

    return [{
      texts,
      problems: texts.flatMap((text, i) => {
        const message = reasons.get(text)

        return message === undefined ? [] : [{ path: [...path, 'network', 'bootstrapPeers', i], message }]
      })
    }]
  })
}

// A range that does not exist is a problem of its own field.
function reasonsOf (texts: readonly string[], { policy, deny }: ReturnType<typeof ScanAddresses.parse>): ReadonlyMap<string, string> {
  try {
    return neverDialled(texts, { policy, deny })
  } catch {
    return neverDialled(texts, { policy, deny: [] })
  }
}
