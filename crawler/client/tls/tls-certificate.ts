/**
 * The certificates of libp2p's TLS handshake (libp2p specifications, tls): self-signed by a separate key, with an
 * extension in which the peer's identity key signs that key.
 */
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { mismatchFault, peerFault } from '../../peer/peer-fault.ts'
import { idOfKey, isIdOfKey } from '../../peer/peer-id.ts'
import { parsePublicKey } from '../../peer/public-key.ts'
import { DER, DerReader, encodeDer, encodeOid } from '../../wire/der.ts'
import { selfSigned } from './self-signed.ts'
import type { HostKey } from '../../peer/host-key.ts'
import type { PublicKey } from '../../peer/public-key.ts'
import type { KeyObject } from 'node:crypto'
import type { SecureContext } from 'node:tls'

/** Object identifier of libp2p's extension. */
export const EXTENSION_OID = '1.3.6.1.4.1.53594.1.1'

const EXTENSION = encodeOid(EXTENSION_OID)
const SIGNED_HEAD = Buffer.from('libp2p-tls-handshake:')
const MIN_RSA_BITS = 2_048
const DAY_MS = 86_400_000

// Longer than any crawler runs. Validity starts a day ago, since clocks differ.
const VALID_DAYS = 3_650

/** Critical extensions that we accept without reading them: key usage, names and constraints of X.509 itself. */
const KNOWN: ReadonlySet<string> = new Set(['2.5.29.15', '2.5.29.17', '2.5.29.19', '2.5.29.37'].map(oid => Buffer.from(encodeOid(oid)).toString('hex')))

/** A certificate in DER and its private key. */
export interface KeyedCertificate { certificate: Uint8Array, key: KeyObject }

/** Our credentials for TLS handshakes, created once. Allows TLS 1.3 only, with the cheapest curves. */
export function createTlsContext (hostKey: HostKey, nowMs: number): SecureContext {
  const { key, certificate } = createCertificate(hostKey, nowMs)

  return createSecureContext({ ...inPem({ key, certificate }), minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3', ecdhCurve: 'X25519:P-256' })
}

/** Creates a certificate for an identity key. */
export function createCertificate (identity: Pick<HostKey, 'message' | 'sign'>, nowMs: number): KeyedCertificate {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const signed = encodeDer(DER.sequence, encodeDer(DER.octetString, identity.message), encodeDer(DER.octetString, identity.sign(signedBytes(keys.publicKey))))
  const validity = { fromMs: nowMs - DAY_MS, untilMs: nowMs + VALID_DAYS * DAY_MS }

  return { certificate: selfSigned(keys, validity, [{ oid: EXTENSION_OID, isCritical: true, value: signed }]), key: keys.privateKey }
}

/**
 * Verifies a remote's certificate after a successful TLS handshake, which has proved that the remote has the
 * certificate's key.
 *
 * @throws PP_PEER_FAULT `handshake-failed` for a certificate that breaks libp2p's rules, `peer-id-mismatch` for a
 * valid one of a peer other than `expectedId` (a multihash)
 */
export function verifyCertificate (certificate: X509Certificate, expectedId: Uint8Array, nowMs: number): PublicKey {
  const { keyMessage, signature, spki } = refusing(() => {
    checkCertificate(certificate, nowMs)

    return readCertificate(certificate.raw)
  })
  const key = parsePublicKey(keyMessage)

  if (key === undefined) {
    throw peerFault('handshake-failed', 'the remote has an identity key of an unknown kind')
  }
  if (!key.verify(signedBytes(spki), signature)) {
    throw peerFault('handshake-failed', 'the signature of the remote\'s certificate key is invalid')
  }
  if (!isIdOfKey(expectedId, keyMessage)) {
    throw mismatchFault('the remote is another peer', idOfKey(keyMessage))
  }

  return key
}

function checkCertificate (certificate: X509Certificate, nowMs: number): void {
  const { publicKey, validFromDate, validToDate } = certificate
  const { asymmetricKeyType, asymmetricKeyDetails: { modulusLength = 0, namedCurve } = {} } = publicKey

  if (validFromDate.getTime() > nowMs || validToDate.getTime() < nowMs) {
    throw new RangeError('it is not valid now')
  }
  if ((asymmetricKeyType === 'rsa' && modulusLength < MIN_RSA_BITS) || (asymmetricKeyType === 'ec' && namedCurve === undefined)) {
    throw new RangeError('its key is weak, or uses an unnamed curve')
  }
  if (!certificate.verify(publicKey)) {
    throw new RangeError('it is not self-signed')
  }
}

interface Signed { keyMessage: Uint8Array, signature: Uint8Array, spki: Uint8Array }

function readCertificate (der: Uint8Array): Signed {
  const outer = new DerReader(der)
  const tbs = outer.enter(DER.sequence).enter(DER.sequence)
  outer.end()
  tbs.readIf(DER.explicit(0))
  tbs.read(DER.integer)

  // algorithm, issuer, validity, subject
  for (let i = 0; i < 4; i++) {
    tbs.read(DER.sequence)
  }

  const spki = tbs.read(DER.sequence).whole
  const extensions = tbs.enter(DER.explicit(3)).enter(DER.sequence)
  tbs.end()

  return { ...readSignedKey(extensionIn(extensions)), spki }
}

/** The value of libp2p's extension. There must be exactly one, and no unknown critical extension. */
function extensionIn (extensions: DerReader): Uint8Array {
  let found: Uint8Array | undefined

  while (!extensions.isAtEnd) {
    const extension = extensions.enter(DER.sequence)
    const oid = Buffer.from(extension.read(DER.oid).whole)
    const isCritical = extension.readIf(DER.boolean) !== undefined
    const value = extension.read(DER.octetString).content
    extension.end()

    if (oid.equals(EXTENSION)) {
      if (found !== undefined) {
        throw new RangeError('it has libp2p\'s extension twice')
      }
      found = value
    } else if (isCritical && !KNOWN.has(oid.toString('hex'))) {
      throw new RangeError('it has an unknown critical extension')
    }
  }

  if (found === undefined) {
    throw new RangeError('it lacks libp2p\'s extension')
  }

  return found
}

function readSignedKey (value: Uint8Array): Omit<Signed, 'spki'> {
  const outer = new DerReader(value)
  const signedKey = outer.enter(DER.sequence)
  outer.end()
  const keyMessage = signedKey.read(DER.octetString).content
  const signature = signedKey.read(DER.octetString).content
  signedKey.end()

  return { keyMessage, signature }
}

// OpenSSL and the reader throw several kinds of errors for a remote's bytes: all mean an invalid certificate.
function refusing<T> (operation: () => T): T {
  try {
    return operation()
  } catch (err) {
    throw peerFault('handshake-failed', `the certificate of the remote: ${err instanceof Error ? err.message : String(err)}`, err)
  }
}

/** The bytes that the identity key signs: the certificate's key, as encoded in the certificate. */
export function signedBytes (key: KeyObject | Uint8Array): Uint8Array {
  return Buffer.concat([SIGNED_HEAD, key instanceof Uint8Array ? key : key.export({ format: 'der', type: 'spki' })])
}

/** Both in PEM, for Node's TLS. */
export function inPem ({ certificate, key }: KeyedCertificate): { cert: string, key: string } {
  return { cert: new X509Certificate(certificate).toString(), key: key.export({ format: 'pem', type: 'pkcs8' }) as string }
}
