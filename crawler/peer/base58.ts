// Implemented here because multiformats is not a direct dependency and every visit prints a peer id. Each limb has
// five base58 digits, which is several times faster than one digit at a time.

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const VALUES = new Map(Array.from(ALPHABET, (letter, value) => [letter, value]))

const LIMB = 58 ** 5

/** Base58btc text, as libp2p writes peer ids. */
export function toBase58 (bytes: Uint8Array): string {
  const limbs: number[] = []
  let zeros = 0

  while (bytes[zeros] === 0) {
    zeros++
  }

  for (let i = zeros; i < bytes.length; i++) {
    let carry = bytes[i] ?? 0

    for (let j = 0; j < limbs.length; j++) {
      const value = (limbs[j] ?? 0) * 256 + carry
      limbs[j] = value % LIMB
      carry = Math.floor(value / LIMB)
    }

    if (carry > 0) {
      limbs.push(carry)
    }
  }

  return ALPHABET.charAt(0).repeat(zeros) + limbs.map(digits).reverse().join('').replace(/^1+/, '')
}

function digits (limb: number): string {
  let text = ''

  for (let i = 0, rest = limb; i < 5; i++) {
    text = ALPHABET.charAt(rest % 58) + text
    rest = Math.floor(rest / 58)
  }

  return text
}

/** Bytes of base58btc text; undefined if it has other characters. Quadratic: bound the length of the text. */
export function fromBase58 (text: string): Uint8Array | undefined {
  const bytes: number[] = []
  let zeros = 0

  while (text.charAt(zeros) === ALPHABET.charAt(0)) {
    zeros++
  }

  for (let i = zeros; i < text.length; i++) {
    let carry = VALUES.get(text.charAt(i))

    if (carry === undefined) {
      return undefined
    }

    for (let j = 0; j < bytes.length; j++) {
      carry += (bytes[j] ?? 0) * 58
      bytes[j] = carry & 0xff
      carry >>= 8
    }

    if (carry > 0) {
      bytes.push(carry)
    }
  }

  return Uint8Array.from([...Array<number>(zeros).fill(0), ...bytes.reverse()])
}
