/** The libsodium functions that visits use. The types published for this package cover an older version only. */
declare module 'sodium-native' {
  const sodium: {
    /** Fills `buffer` with random bytes. */
    randombytes_buf: (buffer: Uint8Array) => void

    /** Incremental SHA-256; a state has {@link crypto_hash_sha256_STATEBYTES} bytes. */
    crypto_hash_sha256_init: (state: Uint8Array) => void
    crypto_hash_sha256_update: (state: Uint8Array, input: Uint8Array) => void
    crypto_hash_sha256_final: (state: Uint8Array, output: Uint8Array) => void
    crypto_hash_sha256_STATEBYTES: number

    /** The public key of a secret key. */
    crypto_scalarmult_base: (publicKey: Uint8Array, secretKey: Uint8Array) => void

    /** X25519. Throws for a key of low order. */
    crypto_scalarmult: (shared: Uint8Array, secretKey: Uint8Array, publicKey: Uint8Array) => void

    /** ChaCha20-Poly1305 of RFC 8439. */
    crypto_aead_chacha20poly1305_ietf_encrypt: (...args: [
      sealed: Uint8Array,
      plaintext: Uint8Array,
      associated: Uint8Array | null,
      secretNonce: null,
      nonce: Uint8Array,
      key: Uint8Array
    ]) => number

    /** Throws for a wrong tag. */
    crypto_aead_chacha20poly1305_ietf_decrypt: (...args: [
      plaintext: Uint8Array,
      secretNonce: null,
      sealed: Uint8Array,
      associated: Uint8Array | null,
      nonce: Uint8Array,
      key: Uint8Array
    ]) => number

    /** Ed25519. Rejects keys and commitments of low order, and scalars beyond the order of the group. */
    crypto_sign_verify_detached: (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) => boolean
  }

  export = sodium
}
