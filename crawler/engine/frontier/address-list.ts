import type { AddressSet } from '../../peer/peer-record.ts'

/** Most addresses kept for one peer. */
export const MAX_ADDRESSES = 128

/** Most bytes of one address. The longest in use, WebTransport with two certificate hashes behind a relay, has about 200. */
export const MAX_ADDRESS_BYTES = 512

const EMPTY = new Uint8Array(0)

/**
 * The addresses of one peer from all its mentions, without duplicates, in the order of their first mention.
 *
 * A crawl keeps hundreds of thousands of these lists, and receives most addresses again a hundred times. Each list is
 * therefore packed into one buffer (two bytes of length before every address). This takes a tenth of the memory of
 * arrays and keeps no reply's buffer alive. A list that is received again in the same order, as most are, is
 * recognised in one pass.
 */
export class AddressList implements AddressSet {
  #packed: Uint8Array = EMPTY
  #bytes = 0
  #count = 0

  /** Position of the address after the last one found: most mentions list addresses in the same order. */
  #expected = 0

  get count (): number {
    return this.#count
  }

  /** Bytes of the packed addresses. */
  get byteLength (): number {
    return this.#bytes
  }

  has (bytes: Uint8Array, start: number, end: number): boolean {
    const at = this.#find(bytes, start, end)

    if (at >= 0) {
      this.#expected = at + 2 + end - start
    }

    return at >= 0
  }

  /** Adds new addresses, at most `roomBytes` bytes. Returns the number of added bytes. */
  merge (addresses: readonly Uint8Array[], roomBytes: number): number {
    const before = this.#bytes

    for (const address of addresses) {
      if (this.#count >= MAX_ADDRESSES) {
        break
      }

      const isNew = address.length > 0 && address.length <= MAX_ADDRESS_BYTES && !this.has(address, 0, address.length)

      if (isNew && this.#bytes - before + address.length + 2 <= roomBytes) {
        this.#append(address)
      }
    }

    return this.#bytes - before
  }

  /** The addresses from index `from` on. They stay valid when the list grows. */
  list (from = 0): Uint8Array[] {
    const addresses: Uint8Array[] = []

    for (let at = 0, i = 0; at < this.#bytes; i++) {
      const end = at + 2 + lengthAt(this.#packed, at)

      if (i >= from) {
        addresses.push(this.#packed.subarray(at + 2, end))
      }

      at = end
    }

    return addresses
  }

  #find (bytes: Uint8Array, start: number, end: number): number {
    const expected = this.#expected < this.#bytes ? this.#expected : 0

    if (this.#bytes > 0 && this.#isAt(expected, bytes, start, end)) {
      return expected
    }

    for (let at = 0; at < this.#bytes; at += 2 + lengthAt(this.#packed, at)) {
      if (this.#isAt(at, bytes, start, end)) {
        return at
      }
    }

    return -1
  }

  // Compares backwards, since a peer's addresses differ most at their ends.
  #isAt (at: number, bytes: Uint8Array, start: number, end: number): boolean {
    const packed = this.#packed

    if (lengthAt(packed, at) !== end - start) {
      return false
    }

    for (let i = end - 1, j = at + 1 + end - start; i >= start; i--, j--) {
      if (packed[j] !== bytes[i]) {
        return false
      }
    }

    return true
  }

  // Writes only after the bytes that `list` has returned, or into a new buffer.
  #append (address: Uint8Array): void {
    const end = this.#bytes + 2 + address.length

    if (end > this.#packed.length) {
      const grown = new Uint8Array(Math.max(end, this.#packed.length * 2))
      grown.set(this.#packed.subarray(0, this.#bytes))
      this.#packed = grown
    }

    this.#packed[this.#bytes] = address.length >> 8
    this.#packed[this.#bytes + 1] = address.length & 0xff
    this.#packed.set(address, this.#bytes + 2)
    this.#bytes = end
    this.#count++
  }
}

function lengthAt (packed: Uint8Array, at: number): number {
  return ((packed[at] ?? 0) << 8) | (packed[at + 1] ?? 0)
}
