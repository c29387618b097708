import { parseDnsName } from '../../core/text/dns-name.ts'

const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** Decodes a name in a multiaddr, without normalising it; undefined if it is not UTF-8. */
export function hostText (bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes)
  } catch {
    // the remote sent bytes that are not UTF-8
    return undefined
  }
}

/** Decodes and normalises a DNS name in a multiaddr; undefined if it is invalid. */
export function hostName (bytes: Uint8Array): string | undefined {
  const text = hostText(bytes)

  return text === undefined ? undefined : parseDnsName(text)
}
