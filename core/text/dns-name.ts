// Names are normalised by this one function wherever they are used: for look-ups, as cache keys, in a TLS handshake
// (SNI), in an HTTP request (Host). Two different normalisations could connect to one server and name another.
import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'

/** Longest name in text form, without the dot of the root (RFC 1035, section 2.3.4). */
const MAX_NAME = 253

/** Letters, digits, hyphens, and underscores, which the DNS allows although host names do not. */
const LABELS = /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/

/** Last labels that many parsers read as part of an IPv4 address (WHATWG URL, "ends in a number"): `1.2.3.4`, `0x7f.1`, `2130706433`. */
const ENDS_IN_NUMBER = /(^|\.)([0-9]+|0x[0-9a-f]*)$/

const ASCII = /^[\x20-\x7e]*$/

/**
 * A DNS name in canonical form: lower case, without the trailing dot, international labels as `xn--…` (UTS 46).
 *
 * @returns undefined for an invalid name: an IP address in any notation, an empty label or one of more than 63
 * characters, more than 253 characters in all, any other character than letters, digits, hyphens and underscores
 */
export function parseDnsName (text: string): string | undefined {
  if (text.length > 4 * MAX_NAME) {
    return undefined
  }

  const ascii = ASCII.test(text) ? text.toLowerCase() : domainToASCII(text)
  const name = ascii.endsWith('.') ? ascii.slice(0, -1) : ascii

  return name.length <= MAX_NAME && LABELS.test(name) && !ENDS_IN_NUMBER.test(name) && isIP(name) === 0 ? name : undefined
}
