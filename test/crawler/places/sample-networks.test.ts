import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { sampleNetworks } from '../../../crawler/places/sample-networks.ts'

suite('the networks of a file', () => {
  test('are asked one after the other to the end', () => {
    const asked: string[] = []
    sampleNetworks(4, (ip) => {
      asked.push(ip)

      return { bits: ip === '0.0.0.0' ? 1 : ip === '128.0.0.0' ? 2 : 8, isEnough: false }
    })

    assert.deepEqual(asked.slice(0, 4), ['0.0.0.0', '128.0.0.0', '192.0.0.0', '193.0.0.0'])
    assert.deepEqual([asked.length, asked.at(-1)], [66, '255.0.0.0'])
  })

  test('are asked until it is enough, and 10,000 of them at most', () => {
    let [few, many] = [0, 0]
    sampleNetworks(6, () => ({ bits: 64, isEnough: ++few === 3 }))
    sampleNetworks(6, () => ({ bits: 128, isEnough: ++many < 0 }))

    assert.deepEqual([few, many], [3, 10_000])
  })

  test('of one that knows nothing are one', () => {
    const asked: string[] = []
    sampleNetworks(4, (ip) => {
      asked.push(ip)

      return { bits: 0, isEnough: false }
    })

    assert.deepEqual(asked, ['0.0.0.0'])
  })
})
