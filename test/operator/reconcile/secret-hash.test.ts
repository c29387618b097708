import assert from 'node:assert/strict'
import { test } from 'node:test'
import { secretHash } from '../../../operator/reconcile/secret-hash.ts'

test('secretHash changes with a Secret, not with the order of its keys, and shows nothing of it', () => {
  const hash = secretHash({ username: 'dQ==', password: 'cA==' })

  assert.equal(secretHash({ password: 'cA==', username: 'dQ==' }), hash)
  assert.notEqual(secretHash({ username: 'dQ==', password: 'cQ==' }), hash)
  assert.match(hash, /^[0-9a-f]{16}$/)
})
