import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CaSecret, NamespaceName, ObjectName, SecretKey, Volume } from '../../../operator/api/references.ts'

suite('references', () => {
  test('names follow the rules of Kubernetes', () => {
    assert.equal(ObjectName.safeParse('my-secret.v1').success, true)
    assert.equal(NamespaceName.safeParse('my-space').success, true)
    assert.equal(SecretKey.safeParse('ca.crt').success, true)

    for (const name of ['', 'My', '-a', 'a-', 'a..b', 'a/b', 'a'.repeat(254)]) {
      assert.equal(ObjectName.safeParse(name).success, false, name)
      assert.equal(NamespaceName.safeParse(name).success, false, name)
    }
    assert.equal(NamespaceName.safeParse('a.b').success, false)
    assert.equal(SecretKey.safeParse('../ca').success, false)
  })

  test('a certificate authority is at ca.crt by default', () => {
    assert.deepEqual(CaSecret.parse({ name: 'mysql-ca' }), { name: 'mysql-ca', key: 'ca.crt' })
    assert.equal(Volume.safeParse({}).success, false)
  })
})
