import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { cloudNames, cloudOf } from '../../../crawler/places/clouds.ts'

suite('the table of clouds', () => {
  test('gives the cloud of an autonomous system', () => {
    assert.deepEqual([16509, 14618, 15169, 8075, 24940, 213230, 16276].map(cloudOf), ['AWS', 'AWS', 'Google', 'Azure', 'Hetzner', 'Hetzner', 'OVH'])
  })

  test('does not guess: a system that is not listed has none, and no number is unknown', () => {
    assert.deepEqual([cloudOf(3320), cloudOf(undefined)], ['none', 'unknown'])
  })

  test('names each cloud once, with what stands for no cloud and an unknown one', () => {
    const names = cloudNames()

    assert.equal(new Set(names).size, names.length)
    assert.deepEqual([names.includes('Hetzner'), ...names.slice(-2)], [true, 'none', 'unknown'])
  })
})
