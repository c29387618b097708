// Writes small files in the format of MaxMind DB 2.0 (https://maxmind.github.io/MaxMind-DB/), so that tests need nobody's data.
import { parseCidr } from '../../../crawler/address/ip-range.ts'

/** A value of a record. */
export type MmdbValue = string | number | boolean | { [key: string]: MmdbValue } | MmdbValue[]

/** The contents of a file. */
export interface MmdbContents {
  /** @default 'Test-City' */
  type?: string

  /** @default 2026-11-28 */
  builtAt?: Date

  /** @default 6, which has IPv4 addresses as well */
  ipVersion?: 4 | 6

  /** The record of each network. */
  networks: Record<string, MmdbValue>
}

interface Tree { left?: Tree | number, right?: Tree | number }

const TYPE = { text: 2, uint16: 5, uint32: 6, map: 7, uint64: 9, array: 11, boolean: 14 }
const MARKER = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1')
const RECORD_BITS = 24

/** The bytes of a file. */
export function mmdb ({ type = 'Test-City', builtAt = new Date('2026-11-28T00:00:00Z'), ipVersion = 6, networks }: MmdbContents): Buffer {
  const root: Tree = {}
  const data: Buffer[] = []
  let size = 0

  for (const [network, record] of Object.entries(networks)) {
    insert(root, bitsOf(network, ipVersion), size)
    const bytes = encode(record)
    data.push(bytes)
    size += bytes.length
  }

  const nodes = nodesOf(root)
  const metadata = Buffer.concat([
    header(TYPE.map, 9),
    ...pair('binary_format_major_version', uint(TYPE.uint16, 2)),
    ...pair('binary_format_minor_version', uint(TYPE.uint16, 0)),
    ...pair('build_epoch', uint(TYPE.uint64, Math.floor(builtAt.getTime() / 1_000))),
    ...pair('database_type', encode(type)),
    ...pair('description', encode({})),
    ...pair('ip_version', uint(TYPE.uint16, ipVersion)),
    ...pair('languages', encode([])),
    ...pair('node_count', uint(TYPE.uint32, nodes.length)),
    ...pair('record_size', uint(TYPE.uint16, RECORD_BITS))
  ])

  return Buffer.concat([treeBytes(nodes), Buffer.alloc(16), ...data, MARKER, metadata])
}

function insert (root: Tree, bits: string, offset: number): void {
  let node = root

  for (const bit of bits.slice(0, -1)) {
    const side = bit === '0' ? 'left' : 'right'
    const next = node[side] ?? {}

    if (typeof next === 'number') {
      throw new TypeError('a network lies in another one')
    }
    node[side] = next
    node = next
  }

  node[bits.endsWith('0') ? 'left' : 'right'] = offset
}

function bitsOf (network: string, ipVersion: 4 | 6): string {
  const range = parseCidr(network)

  if (range === undefined || (ipVersion === 4 && range.ip.length === 16)) {
    throw new TypeError(`not a network of this file: ${network}`)
  }

  const bits = Array.from(range.ip, byte => byte.toString(2).padStart(8, '0')).join('').slice(0, range.bits)

  return range.ip.length === 4 && ipVersion === 6 ? '0'.repeat(96) + bits : bits
}

function nodesOf (root: Tree): Tree[] {
  const nodes = [root]

  for (const node of nodes) {
    for (const child of [node.left, node.right]) {
      if (typeof child === 'object') {
        nodes.push(child)
      }
    }
  }

  return nodes
}

function treeBytes (nodes: readonly Tree[]): Buffer {
  const numbers = new Map(nodes.map((node, i) => [node, i]))
  const valueOf = (child: Tree | number | undefined): number =>
    child === undefined ? nodes.length : typeof child === 'number' ? nodes.length + 16 + child : numbers.get(child) ?? 0
  const bytes = Buffer.alloc(nodes.length * RECORD_BITS / 4)

  nodes.forEach(({ left, right }, i) => {
    bytes.writeUIntBE(valueOf(left), i * 6, 3)
    bytes.writeUIntBE(valueOf(right), i * 6 + 3, 3)
  })

  return bytes
}

function encode (value: MmdbValue): Buffer {
  if (typeof value === 'string') {
    const bytes = Buffer.from(value)

    return Buffer.concat([header(TYPE.text, bytes.length), bytes])
  }
  if (typeof value === 'number') {
    return uint(TYPE.uint32, value)
  }
  if (typeof value === 'boolean') {
    return header(TYPE.boolean, Number(value))
  }
  if (Array.isArray(value)) {
    return Buffer.concat([header(TYPE.array, value.length), ...value.map(encode)])
  }

  const entries = Object.entries(value)

  return Buffer.concat([header(TYPE.map, entries.length), ...entries.flatMap(([key, item]) => pair(key, encode(item)))])
}

function pair (key: string, value: Buffer): Buffer[] {
  return [encode(key), value]
}

function uint (type: number, value: number): Buffer {
  const hex = value === 0 ? '' : value.toString(16)
  const bytes = Buffer.from(hex.padStart(hex.length + hex.length % 2, '0'), 'hex')

  return Buffer.concat([header(type, bytes.length), bytes])
}

function header (type: number, size: number): Buffer {
  const [length, more] = size < 29 ? [size, []] : size < 285 ? [29, [size - 29]] : [30, [(size - 285) >> 8, (size - 285) & 0xff]]

  return Buffer.from([(type < 8 ? type << 5 : 0) | length, ...type < 8 ? [] : [type - 7], ...more])
}
