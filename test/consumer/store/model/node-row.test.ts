import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { NODE_COLUMNS, nodeStateOf, nodeValuesOf } from '../../../../consumer/store/model/node-row.ts'
import type { NodeValues } from '../../../../consumer/store/model/node-row.ts'

const IDENTIFIED: NodeValues = ['ipfs/0.1.0', 'kubo/0.30.0', 'active', 5, 'last', 'first', 'identified', 'tried', 'ok']

suite('node-row', () => {
  test('a row and its state say the same', () => {
    const met: NodeValues = [null, null, 'passive', null, 'last', 'first', null, 'tried', 'connected']

    assert.deepEqual(nodeValuesOf(nodeStateOf('Qm', IDENTIFIED)), IDENTIFIED)
    assert.deepEqual(nodeValuesOf(nodeStateOf('Qm', met)), met)
    assert.equal(nodeStateOf('Qm', met).identity, undefined)
    assert.equal(IDENTIFIED.length, NODE_COLUMNS.length)
  })

  test('what a peer said of itself has the time of its own column', () => {
    assert.deepEqual(nodeStateOf('Qm', IDENTIFIED).identity, { at: 'identified', agentVersion: 'kubo/0.30.0', protocolVersion: 'ipfs/0.1.0', latencyNs: 5 })
  })
})
