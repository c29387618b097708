// An index of peers by the bytes of their ids. A crawl of 10,000 peers makes two million lookups. A Map with strings
// as keys takes 260 ns for each, mostly to create the string; this index takes 100 ns. Attackers can choose peer ids.
// The hash is therefore the sum of the bytes times secret random factors: without knowing the factors, nobody can
// construct ids that collide more often than by chance (universal hashing, Carter and Wegman).

// Peer ids by the libp2p specification: a key of at most 42 bytes is contained in the id itself, a longer one as its
// SHA-256. The same check as in peer/peer-id.ts, which uses node:crypto and is not allowed in the pure engine; a test
// compares them.
const IDENTITY = 0x00
const SHA2_256 = 0x12
const MAX_INLINE_KEY = 42
const MIN_INLINE_KEY = 8
const SHA2_256_BYTES = 32

const FIRST_BITS = 10

// A row of the table: the entry's hash, its position among the entries counted from 1 (0 in a free row), the offset
// of its id, and padding to 16 bytes. Everything that a lookup compares is adjacent, since most of its cost is
// waiting for memory.
const ROW = 4
const PLACE = 1
const OFFSET = 2

/** Finds entries by peer id. */
export class PeerIndex<T extends { readonly id: Uint8Array }> {
  readonly #factors = crypto.getRandomValues(new Int32Array(2 + MAX_INLINE_KEY))
  readonly #entries: T[] = []
  #bits = FIRST_BITS
  #rows = new Int32Array(ROW * 2 ** FIRST_BITS)
  #ids = new Uint8Array(2 ** FIRST_BITS)
  #idBytes = 0

  get size (): number {
    return this.#entries.length
  }

  /** All entries, in the order in which they were added. */
  values (): IterableIterator<T> {
    return this.#entries.values()
  }

  get (id: Uint8Array): T | undefined {
    const hash = this.#hash(id)
    const rows = this.#rows
    const end = rows.length

    for (let at = (hash >>> (32 - this.#bits)) * ROW; ; at = at + ROW < end ? at + ROW : 0) {
      const place = rows[at + PLACE] ?? 0

      if (place === 0) {
        return undefined
      }
      if (rows[at] === hash && startsAt(this.#ids, rows[at + OFFSET] ?? 0, id)) {
        return this.#entries[place - 1]
      }
    }
  }

  /** Adds an entry. Its id must be a valid peer id that is not in the index yet. */
  add (entry: T): void {
    if (this.#entries.length * 2 >= this.#rows.length / ROW) {
      this.#growRows()
    }

    this.#entries.push(entry)
    this.#place(this.#hash(entry.id), this.#entries.length, this.#idBytes)
    this.#storeId(entry.id)
  }

  #growRows (): void {
    const old = this.#rows
    this.#bits++
    this.#rows = new Int32Array(ROW * 2 ** this.#bits)

    for (let at = 0; at < old.length; at += ROW) {
      if (old[at + PLACE] !== 0) {
        this.#place(old[at] ?? 0, old[at + PLACE] ?? 0, old[at + OFFSET] ?? 0)
      }
    }
  }

  #place (hash: number, place: number, offset: number): void {
    let at = (hash >>> (32 - this.#bits)) * ROW

    while (this.#rows[at + PLACE] !== 0) {
      at = at + ROW < this.#rows.length ? at + ROW : 0
    }

    this.#rows[at] = hash
    this.#rows[at + PLACE] = place
    this.#rows[at + OFFSET] = offset
  }

  #storeId (id: Uint8Array): void {
    if (this.#idBytes + id.length > this.#ids.length) {
      const grown = new Uint8Array(this.#ids.length * 2)
      grown.set(this.#ids)
      this.#ids = grown
    }

    this.#ids.set(id, this.#idBytes)
    this.#idBytes += id.length
  }

  #hash (id: Uint8Array): number {
    const factors = this.#factors
    const length = Math.min(id.length, factors.length)
    let hash = 0

    for (let i = 0; i < length; i++) {
      hash = (hash + Math.imul(id[i] ?? 0, factors[i] ?? 0)) | 0
    }

    return hash
  }
}

/** Whether bytes are a multihash that is valid as a peer id. */
export function isPeerId (id: Uint8Array): boolean {
  const content = id.length - 2

  if (id[1] !== content) {
    return false
  }

  return id[0] === IDENTITY
    ? content >= MIN_INLINE_KEY && content <= MAX_INLINE_KEY
    : id[0] === SHA2_256 && content === SHA2_256_BYTES
}

// The second byte of an id is its length, so no id is a prefix of another.
function startsAt (ids: Uint8Array, offset: number, id: Uint8Array): boolean {
  for (let i = 0; i < id.length; i++) {
    if (ids[offset + i] !== id[i]) {
      return false
    }
  }

  return id.length > 0
}
