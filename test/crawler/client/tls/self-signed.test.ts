import assert from 'node:assert/strict'
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { suite, test } from 'node:test'
import { selfSigned } from '../../../../crawler/client/tls/self-signed.ts'

const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })

suite('selfSigned', () => {
  test('makes a certificate that OpenSSL reads: key, times before and after 2050, signature', () => {
    const validity = { fromMs: Date.UTC(2026, 0, 2, 3, 4, 5), untilMs: Date.UTC(2051, 6, 8, 9, 10, 11) }
    const certificate = new X509Certificate(selfSigned(keys, validity, []))

    assert.ok(certificate.publicKey.equals(keys.publicKey))
    assert.deepEqual([certificate.validFromDate.getTime(), certificate.validToDate.getTime()], [validity.fromMs, validity.untilMs])
    assert.ok(certificate.verify(keys.publicKey) && certificate.checkIssued(certificate))
  })

  test('is invalid if another key signed it', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

    assert.equal(new X509Certificate(selfSigned(keys, { fromMs: 0, untilMs: 1 }, [], privateKey)).verify(keys.publicKey), false)
  })
})
