import { isIP } from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import { errorText, isProbeError } from '../../core/errors.ts'
import { bareHost } from '../../core/text/host-port.ts'
import { readBootstrapEntry } from '../../crawler/bootstrap/bootstrap-entry.ts'
import { resolveNetwork } from '../../crawler/networks/presets.ts'
import { uselessBootstrapLists } from './bootstrap-lists.ts'
import { locate } from './problem.ts'
import type { Problem } from './problem.ts'

interface Check {
  path: readonly string[]

  /** The problem of a text, or undefined. */
  fault: (text: string) => string | undefined
}

// The schema's patterns are only approximate; a parser checks exactly.
const CHECKS: readonly Check[] = [
  { path: ['spec', 'scans', '*', 'network', 'preset'], fault: presetFault },
  { path: ['spec', 'scans', '*', 'network', 'bootstrapPeers', '*'], fault: bootstrapFault },
  { path: ['spec', 'scans', '*', 'passive', 'announce', '*'], fault: multiaddrFault },
  { path: ['spec', 'scans', '*', 'addresses', 'deny', '*'], fault: cidrFault },
  { path: ['spec', 'mysql', 'host'], fault: hostFault }
]

/** Addresses, ranges and network names of a manifest that do not exist, do not parse or can never be used, each with its field. */
export function unusableAddresses (manifest: unknown): Problem[] {
  return [...unparsable(manifest), ...uselessBootstrapLists(manifest)]
}

function unparsable (manifest: unknown): Problem[] {
  return CHECKS.flatMap(({ path, fault }) => locate(manifest, path).flatMap((found) => {
    const message = typeof found.value === 'string' ? fault(found.value) : undefined

    return message === undefined ? [] : [{ path: found.path, message }]
  }))
}

function hostFault (text: string): string | undefined {
  return text.includes(':') && isIP(bareHost(text)) === 0 ? `${text} is neither a host name nor an IP address` : undefined
}

function cidrFault (text: string): string | undefined {
  const [address = '', prefix = ''] = text.split('/')
  const family = isIP(address)

  if (family === 0) {
    return `${address} is not an IP address`
  }

  return Number(prefix) <= (family === 4 ? 32 : 128) ? undefined : `the prefix length is at most ${family === 4 ? '32' : '128'}`
}

function multiaddrFault (text: string): string | undefined {
  try {
    multiaddr(text)
    return undefined
  } catch (err) {
    return `not a multiaddr: ${errorText(err)}`
  }
}

function bootstrapFault (text: string): string | undefined {
  const entry = readBootstrapEntry(text)

  if (!('fault' in entry)) {
    return undefined
  }

  // The library explains better why a text does not parse; an address that it does parse does not end in a peer id.
  return entry.fault === 'not a multiaddr' ? multiaddrFault(text) ?? `${text.slice(text.lastIndexOf('/') + 1)} is not a peer id` : entry.fault
}

function presetFault (preset: string): string | undefined {
  try {
    resolveNetwork({ preset })
    return undefined
  } catch (err) {
    if (isProbeError(err, 'PP_NETWORK_UNKNOWN')) {
      return err.message
    }
    throw err
  }
}
