// Multihash codes and lengths of peer ids. By the libp2p peer id specification a key of at most 42 bytes
// stands in the id itself and a longer one by its SHA-256; js-libp2p also inlines ECDSA keys, of 91 bytes.
const IDENTITY = 0x00
const SHA2_256 = 0x12
const MAX_INLINE_KEY = 91
const MIN_INLINE_KEY = 8
const SHA2_256_BYTES = 32

const scratch = Buffer.alloc(2 + MAX_INLINE_KEY)

/**
 * What a peer is recognised by: its id's bytes as a latin-1 string, which is the cheapest key a Map
 * takes (a tenth of a base58 text). Undefined for bytes that are no peer id: anyone can name anything.
 */
export function peerKey (id: Uint8Array): string | undefined {
  if (!isPeerId(id)) {
    return undefined
  }

  scratch.set(id)

  return scratch.toString('latin1', 0, id.length)
}

function isPeerId (id: Uint8Array): boolean {
  const content = id.length - 2

  if (id[1] !== content) {
    return false
  }

  return id[0] === IDENTITY
    ? content >= MIN_INLINE_KEY && content <= MAX_INLINE_KEY
    : id[0] === SHA2_256 && content === SHA2_256_BYTES
}
