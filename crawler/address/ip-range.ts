import { parseIp } from './ip-text.ts'

/** A range of IP addresses in CIDR form. */
export interface IpRange {
  ip: Uint8Array
  bits: number
}

/** Reads a CIDR such as `10.0.0.0/8` or `fd00::/8`; undefined if it is invalid. */
export function parseCidr (text: string): IpRange | undefined {
  const [address = '', length = '', ...rest] = text.split('/')
  const ip = parseIp(address)

  if (ip === undefined || rest.length > 0 || !/^\d{1,3}$/.test(length) || Number(length) > ip.length * 8) {
    return undefined
  }

  return { ip, bits: Number(length) }
}

/** Whether an IP address is in the range. False for an address of the other family. */
export function inRange ({ ip: prefix, bits }: IpRange, ip: Uint8Array): boolean {
  const whole = bits >> 3

  if (ip.length !== prefix.length) {
    return false
  }

  for (let i = 0; i < whole; i++) {
    if (ip[i] !== prefix[i]) {
      return false
    }
  }

  return (((ip[whole] ?? 0) ^ (prefix[whole] ?? 0)) & (0xff00 >> (bits & 7)) & 0xff) === 0
}
