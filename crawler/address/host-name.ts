import { parseDnsName } from '../../core/text/dns-name.ts'

const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** The text of a name's bytes in a multiaddr, as it stands there; undefined when it is no UTF-8. */
export function hostText (bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes)
  } catch {
    // what a stranger sent is no text, hence no name
    return undefined
  }
}

/** The DNS name that a multiaddr's bytes hold, in its one form; undefined when they hold none. */
export function hostName (bytes: Uint8Array): string | undefined {
  const text = hostText(bytes)

  return text === undefined ? undefined : parseDnsName(text)
}
