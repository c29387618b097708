// Without a route multicast packets are dropped, and neither the library nor the kernel reports it.
import { readFileSync } from 'node:fs'

const ROUTES = '/proc/net/route'

// In the kernel's format: hexadecimal, least significant byte first.
const MULTICAST = 0xe0
const FIRST_BYTE = 0xff

/** Whether the kernel's routing table (proc(5), `/proc/net/route`) has a route to 224.0.0.0/4 or a default route. */
export function hasMulticastRoute (table: string): boolean {
  return table.trim().split('\n').slice(1).some((line) => {
    const [, destination = '', , , , , , mask = ''] = line.split('\t')
    const bits = Number.parseInt(mask, 16) & FIRST_BYTE

    return (MULTICAST & bits) === (Number.parseInt(destination, 16) & FIRST_BYTE)
  })
}

/** The same for this machine; undefined if it is unknown. */
export function machineHasMulticastRoute (): boolean | undefined {
  try {
    return hasMulticastRoute(readFileSync(ROUTES, 'utf8'))
  } catch {
    return undefined // not Linux, or no access to the table
  }
}
