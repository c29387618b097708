import { isIPv6 } from 'node:net'

/** A host without the brackets of an IPv6 address in URLs and before a port: `[::1]` becomes `::1`; other hosts are unchanged. */
export function bareHost (host: string): string {
  const inside = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : ''

  return isIPv6(inside) ? inside : host
}

/** Host and port as one text: `db.example:3306`, `[::1]:3306`. */
export function hostPort (host: string, port: number): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${String(port)}`
}
