import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { suite, test } from 'node:test'
import { keyspaceOutlier } from '../../../crawler/dht/keyspace-outlier.ts'

const idOf = (n: number, kind = 'honest'): Uint8Array => Buffer.from(`${kind}-${String(n)}`)
const honest = (count: number): Uint8Array[] => Array.from({ length: count }, (_, n) => idOf(n))

// Peers whose keys begin as the key of what is attacked.
function attackers (count: number, bits: number): Uint8Array[] {
  const found: Uint8Array[] = []

  for (let n = 0; found.length < count; n++) {
    if (hash('sha256', idOf(n, 'attacker'), 'buffer').readUInt32BE(0) >>> (32 - bits) === 5) {
      found.push(idOf(n, 'attacker'))
    }
  }

  return found
}

suite('the outlier of the key space', () => {
  test('is what chance gives where keys are spread evenly, however many there are', () => {
    for (const count of [512, 1_000, 5_000, 20_000]) {
      const outlier = keyspaceOutlier(honest(count))
      assert.ok(outlier !== undefined && outlier > 1 && outlier < 5.5, `${String(count)}: ${String(outlier)}`)
    }
  })

  test('is far above that where forty peers are close to one key', () => {
    assert.ok(Number(keyspaceOutlier([...honest(5_000), ...attackers(40, 10)])) > 7)
  })

  test('is not known of a network that is too small to tell', () => {
    assert.deepEqual([keyspaceOutlier([]), keyspaceOutlier(honest(511))], [undefined, undefined])
  })
})
