// Without a route multicast goes nowhere, and neither the library nor the kernel says so.
import { readFileSync } from 'node:fs'

const ROUTES = '/proc/net/route'

// As the kernel prints them: hexadecimal, the first byte last.
const MULTICAST = 0xe0
const FIRST_BYTE = 0xff

/** Whether the kernel's table (proc(5), `/proc/net/route`) has a route to 224.0.0.0/4, or a default one. */
export function hasMulticastRoute (table: string): boolean {
  return table.trim().split('\n').slice(1).some((line) => {
    const [, destination = '', , , , , , mask = ''] = line.split('\t')
    const bits = Number.parseInt(mask, 16) & FIRST_BYTE

    return (MULTICAST & bits) === (Number.parseInt(destination, 16) & FIRST_BYTE)
  })
}

/** The same of this machine; undefined where that cannot be known. */
export function machineHasMulticastRoute (): boolean | undefined {
  try {
    return hasMulticastRoute(readFileSync(ROUTES, 'utf8'))
  } catch {
    return undefined // no Linux: its table is elsewhere
  }
}
