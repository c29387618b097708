import assert from 'node:assert/strict'
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { suite, test } from 'node:test'
import { selfSigned } from '../../../../crawler/client/tls/self-signed.ts'
import { createCertificate, createTlsContext, EXTENSION_OID, signedBytes, verifyCertificate } from '../../../../crawler/client/tls/tls-certificate.ts'
import { HostKey } from '../../../../crawler/peer/host-key.ts'
import { DER, encodeDer } from '../../../../crawler/wire/der.ts'
import { isFault, mayFault } from '../../../support/client/expect-fault.ts'
import { createTestKey, KEY_KINDS } from '../../../support/client/test-keys.ts'
import type { Extension, Validity } from '../../../../crawler/client/tls/self-signed.ts'
import type { PublicKey } from '../../../../crawler/peer/public-key.ts'

const NOW = Date.UTC(2026, 5, 1)
const DAY = 86_400_000
const VALID: Validity = { fromMs: NOW - DAY, untilMs: NOW + DAY }
const key = createTestKey()
const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const octets = (bytes: Uint8Array): Uint8Array => encodeDer(DER.octetString, bytes)
const signedKey = (message = key.message, signature = key.sign(signedBytes(keys.publicKey))): Uint8Array =>
  encodeDer(DER.sequence, octets(message), octets(signature))
const extension = (value: Uint8Array, more: Partial<Extension> = {}): Extension => ({ oid: EXTENSION_OID, isCritical: true, value, ...more })
const HONEST = extension(signedKey())
const proofOf = (der: Uint8Array, id = key.id): PublicKey => verifyCertificate(new X509Certificate(der), id, NOW)

function isCertificate (der: Uint8Array): boolean {
  try {
    return new X509Certificate(der).raw.length > 0
  } catch {
    return false
  }
}

suite('certificates of libp2p', () => {
  for (const kind of KEY_KINDS) {
    test(`prove a peer with an ${kind} key, and no other one`, () => {
      const identity = createTestKey(kind)
      const { certificate } = createCertificate(identity, NOW)
      const proven = proofOf(certificate, identity.id)

      assert.ok(proven.verify(Buffer.from('x'), identity.sign(Buffer.from('x'))))
      assert.throws(() => proofOf(certificate, createTestKey(kind).id), isFault('peer-id-mismatch'))
    })
  }

  test('are valid for OpenSSL, for years, and have a new key each time', () => {
    const certificates = [1, 2].map(() => new X509Certificate(createCertificate(key, NOW).certificate))

    assert.ok(certificates.every(certificate => certificate.verify(certificate.publicKey) && certificate.checkIssued(certificate)))
    assert.ok(certificates.every(({ validToDate }) => validToDate.getTime() > NOW + 3_000 * DAY))
    assert.equal(new Set(certificates.map(({ fingerprint256 }) => fingerprint256)).size, 2)
    assert.ok(createTlsContext(HostKey.generate(), NOW) instanceof Object)
  })

  test('may have other X.509 extensions, including critical ones', () => {
    const usage = extension(Buffer.from('03020780', 'hex'), { oid: '2.5.29.15' })
    const unknown = extension(Buffer.from('0500', 'hex'), { oid: '1.2.3.4', isCritical: false })

    assert.equal(proofOf(selfSigned(keys, VALID, [usage, unknown, { ...HONEST, isCritical: false }])).type, 'Ed25519')
  })

  test('may be valid beyond 2050', () => {
    assert.equal(proofOf(selfSigned(keys, { ...VALID, untilMs: Date.UTC(2120, 0) }, [HONEST])).type, 'Ed25519')
  })

  const other = createTestKey()
  const forged: Record<string, () => Uint8Array> = {
    'no extension': () => selfSigned(keys, VALID, []),
    'another extension': () => selfSigned(keys, VALID, [extension(signedKey(), { oid: '1.3.6.1.4.1.53594.1.2', isCritical: false })]),
    'its extension twice': () => selfSigned(keys, VALID, [HONEST, HONEST]),
    'an unknown critical extension': () => selfSigned(keys, VALID, [HONEST, extension(Buffer.from('0500', 'hex'), { oid: '1.2.3.4' })]),
    'an extension that is no DER': () => selfSigned(keys, VALID, [extension(Buffer.from('3080', 'hex'))]),
    'something after the signed key': () => selfSigned(keys, VALID, [extension(Buffer.concat([signedKey(), Buffer.from([5, 0])]))]),
    'something in the signed key': () => selfSigned(keys, VALID, [extension(encodeDer(DER.sequence, octets(key.message), octets(key.sign(signedBytes(keys.publicKey))), octets(Buffer.from('x'))))]),
    'a signature by another key': () => selfSigned(keys, VALID, [extension(signedKey(key.message, other.sign(signedBytes(keys.publicKey))))]),
    'a signature of another certificate\'s key': () => selfSigned(keys, VALID, [extension(signedKey(key.message, key.sign(signedBytes(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey))))]),
    'a signature without its head': () => selfSigned(keys, VALID, [extension(signedKey(key.message, key.sign(keys.publicKey.export({ format: 'der', type: 'spki' }))))]),
    'no signature': () => selfSigned(keys, VALID, [extension(signedKey(key.message, new Uint8Array(0)))]),
    'a key of no kind': () => selfSigned(keys, VALID, [extension(signedKey(Uint8Array.of(8, 9, 0x12, 1, 1)))]),
    'another signer': () => selfSigned(keys, VALID, [HONEST], generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
    'a day gone by': () => selfSigned(keys, { fromMs: NOW - 2 * DAY, untilMs: NOW - DAY }, [HONEST]),
    'a day to come': () => selfSigned(keys, { fromMs: NOW + DAY, untilMs: NOW + 2 * DAY }, [HONEST])
  }

  for (const [what, make] of Object.entries(forged)) {
    test(`are rejected with ${what}`, () => {
      assert.throws(() => proofOf(make()), isFault('handshake-failed'))
    })
  }

  test('are rejected with any bit flipped, and truncated anywhere', () => {
    const sound = selfSigned(keys, VALID, [HONEST])

    for (let i = 0; i < sound.length; i++) {
      const flipped = Buffer.from(sound)
      flipped[i] = (flipped[i] ?? 0) ^ 1 << i % 8
      // Bytes that OpenSSL cannot parse end the handshake.
      assert.throws(() => proofOf(flipped), String(i))
      if (isCertificate(flipped)) {
        mayFault(() => proofOf(flipped))
      }
      assert.equal(isCertificate(sound.subarray(0, i)), false)
    }
  })
})
