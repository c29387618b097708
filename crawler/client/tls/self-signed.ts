import { randomBytes, sign } from 'node:crypto'
import { DER, encodeDer, encodeOid } from '../../wire/der.ts'
import type { KeyObject, KeyPairKeyObjectResult } from 'node:crypto'

/** An extension of a certificate. */
export interface Extension {
  /** Object identifier in dotted decimal form. */
  oid: string

  isCritical: boolean

  /** Its value in DER. */
  value: Uint8Array
}

/** When a certificate is valid, as Unix time in milliseconds. */
export interface Validity { fromMs: number, untilMs: number }

const VERSION_3 = encodeDer(DER.explicit(0), encodeDer(DER.integer, Uint8Array.of(2)))
const ECDSA_SHA256 = encodeDer(DER.sequence, encodeOid('1.2.840.10045.4.3.2'))
const COMMON_NAME = encodeOid('2.5.4.3')
const TRUE = encodeDer(DER.boolean, Uint8Array.of(0xff))
const NAME = encodeDer(DER.sequence, encodeDer(DER.set, encodeDer(DER.sequence, COMMON_NAME, encodeDer(DER.utf8String, Buffer.from('libp2p')))))
const SERIAL_BYTES = 8

/** A certificate in DER for a P-256 key, signed by that key (RFC 5280). @param signer another key to sign with, for an invalid certificate */
export function selfSigned (
  keys: KeyPairKeyObjectResult,
  { fromMs, untilMs }: Validity,
  extensions: readonly Extension[],
  signer: KeyObject = keys.privateKey
): Uint8Array {
  const serial = randomBytes(SERIAL_BYTES)
  serial[0] = (serial[0] ?? 0) & 0x3f | 0x40 // positive, and of its full length
  const tbs = encodeDer(
    DER.sequence,
    VERSION_3,
    encodeDer(DER.integer, serial),
    ECDSA_SHA256,
    NAME,
    encodeDer(DER.sequence, timeOf(fromMs), timeOf(untilMs)),
    NAME,
    keys.publicKey.export({ format: 'der', type: 'spki' }),
    ...extensions.length === 0 ? [] : [encodeDer(DER.explicit(3), encodeDer(DER.sequence, ...extensions.map(encodeExtension)))]
  )

  return encodeDer(DER.sequence, tbs, ECDSA_SHA256, encodeDer(DER.bitString, Uint8Array.of(0), sign('sha256', tbs, signer)))
}

function encodeExtension ({ oid, isCritical, value }: Extension): Uint8Array {
  return encodeDer(DER.sequence, encodeOid(oid), ...isCritical ? [TRUE] : [], encodeDer(DER.octetString, value))
}

// Years before 2050 have two digits.
function timeOf (ms: number): Uint8Array {
  const digits = `${new Date(ms).toISOString().slice(0, 19).replace(/[-T:]/g, '')}Z`

  return digits < '2050' ? encodeDer(DER.utcTime, Buffer.from(digits.slice(2))) : encodeDer(DER.generalizedTime, Buffer.from(digits))
}
