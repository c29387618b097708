// Old lists of bootstrap peers contain addresses that can no longer be dialled. Next to usable ones they are left out,
// with a message; a list without a usable one is refused, with the reason for each entry.
import { ScanAddresses } from '../../core/contracts/scan.ts'
import { formatPath } from '../../core/process/config.ts'
import { neverDialled, readBootstrapEntry } from '../../crawler/bootstrap/bootstrap-entry.ts'
import { locate } from './problem.ts'
import type { Problem } from './problem.ts'

/** Problems of lists of bootstrap peers without any that can be dialled. Entries that do not parse are reported elsewhere. */
export function uselessBootstrapLists (manifest: unknown): Problem[] {
  return listsOf(manifest).filter(({ texts, problems }) => problems.length === texts.length).flatMap(({ texts, problems }) =>
    problems.filter((_, i) => !('fault' in readBootstrapEntry(texts[i] ?? ''))))
}

/** Bootstrap peers that can never be dialled, in lists with others that can; messages for the user. */
export function unusedBootstrapPeers (manifest: unknown): string[] {
  return listsOf(manifest).filter(({ texts, problems }) => problems.length < texts.length).flatMap(({ problems }) =>
    problems.map(({ path, message }) => `${formatPath(path)} is left out: ${message}`))
}

interface BootstrapList {
  texts: readonly string[]

  /** Entries that can never be dialled, in the list's order. */
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
