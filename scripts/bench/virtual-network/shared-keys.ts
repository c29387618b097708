// Deriving the key of a peer takes a tenth of a millisecond, and each serving process needs the ids of all peers. They are derived once,
// into a file, and each process derives further only the keys by which its own peers sign.
import { readFileSync, writeFileSync } from 'node:fs'
import { HostKey } from '../../../crawler/peer/host-key.ts'

/** What a peer needs of its key. */
export type PeerKey = Pick<HostKey, 'id' | 'message' | 'sign'>

const ID_LENGTH = 38

// Before the public key's message in an id.
const ID_HEAD_LENGTH = 2

/** The ids of the peers of a virtual network, by number. */
export class SharedKeys {
  readonly #ids: Uint8Array

  private constructor (ids: Uint8Array) {
    this.#ids = ids
  }

  /** Writes the ids of some peers, in the order of their numbers from 0 on. */
  static write (path: string, peers: Iterable<{ key: Pick<PeerKey, 'id'> }>): void {
    writeFileSync(path, Buffer.concat(Array.from(peers, ({ key }) => key.id)))
  }

  static read (path: string): SharedKeys {
    return new SharedKeys(readFileSync(path))
  }

  /** The key of a peer. @param seed makes the key when the peer first signs */
  keyOf (number: number, seed: () => Uint8Array): PeerKey {
    return new SharedKey(this.#ids.subarray(number * ID_LENGTH, (number + 1) * ID_LENGTH), seed)
  }
}

class SharedKey implements PeerKey {
  readonly id: Uint8Array
  readonly #seed: () => Uint8Array
  #whole: HostKey | undefined

  constructor (id: Uint8Array, seed: () => Uint8Array) {
    this.id = id
    this.#seed = seed
  }

  get message (): Uint8Array {
    return this.id.subarray(ID_HEAD_LENGTH)
  }

  sign (message: Uint8Array): Uint8Array {
    this.#whole ??= HostKey.fromSeed(this.#seed())

    return this.#whole.sign(message)
  }
}
