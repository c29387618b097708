/** Addresses kept for one peer at most. */
export const MAX_ADDRESSES = 128

/** Bytes of one address at most: the longest in use, WebTransport with two certificate hashes behind a relay, has about 200. */
export const MAX_ADDRESS_BYTES = 512

const EMPTY = new Uint8Array(0)

/**
 * The addresses of one peer, from all who told some, without duplicates, first told first.
 *
 * A crawl holds hundreds of thousands of these lists and hears most of them again a hundred times.
 * So they are packed into one buffer each (two bytes of length before every address): a tenth of the
 * memory of arrays, nothing that keeps a reply's buffer alive, and a list told again in the same
 * order, as most are, is recognised in one pass.
 */
export class AddressList {
  #packed: Uint8Array = EMPTY
  #bytes = 0
  #count = 0

  get count (): number {
    return this.#count
  }

  /** Bytes that the packed addresses take. */
  get byteLength (): number {
    return this.#bytes
  }

  /** Adds the addresses that are new, as long as there is room for `roomBytes` more. Returns how many bytes it grew by. */
  merge (addresses: readonly Uint8Array[], roomBytes: number): number {
    const before = this.#bytes
    let expected = 0

    for (const address of addresses) {
      if (this.#count >= MAX_ADDRESSES) {
        break
      }

      const at = expected < this.#bytes && matches(this.#packed, expected, address) ? expected : this.#find(address)

      if (at >= 0) {
        expected = at + 2 + address.length
      } else if (address.length > 0 && address.length <= MAX_ADDRESS_BYTES && this.#bytes - before + address.length + 2 <= roomBytes) {
        this.#append(address)
      }
    }

    return this.#bytes - before
  }

  /** The addresses from number `from` on. They stay valid and unchanged when the list grows. */
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

  #find (address: Uint8Array): number {
    const packed = this.#packed
    const end = this.#bytes

    for (let at = 0; at < end; at += 2 + lengthAt(packed, at)) {
      if (matches(packed, at, address)) {
        return at
      }
    }

    return -1
  }

  // Writes only beyond what `list` has handed out, or into a new buffer.
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

// Backwards, since addresses of one peer differ most at their ends.
function matches (packed: Uint8Array, at: number, address: Uint8Array): boolean {
  const length = address.length

  if (lengthAt(packed, at) !== length) {
    return false
  }

  for (let i = length - 1, j = at + 1 + length; i >= 0; i--, j--) {
    if (packed[j] !== address[i]) {
      return false
    }
  }

  return true
}
