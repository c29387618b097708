import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { NODE_COLUMNS, nodeStateOf, nodeValuesFrom, nodeValuesOf } from '../../../../consumer/store/model/node-row.ts'
import { isProbeError } from '../../../../core/errors.ts'
import { ColumnReader } from '../../../../core/rows/column-reader.ts'
import type { NodeValues } from '../../../../consumer/store/model/node-row.ts'

const IDENTIFIED: NodeValues = ['ipfs/0.1.0', 'kubo/0.30.0', 'active', 5, 'last', 'first', 'identified', 'tried', 'ok', 'DE', 24940, 'Hetzner Online GmbH', 'Hetzner', 'placed']

suite('node-row', () => {
  test('nodeValuesOf and nodeStateOf are inverse', () => {
    const met: NodeValues = [null, null, 'passive', null, 'last', 'first', null, 'tried', 'connected', null, null, null, null, null]

    assert.deepEqual(nodeValuesOf(nodeStateOf('Qm', IDENTIFIED)), IDENTIFIED)
    assert.deepEqual(nodeValuesOf(nodeStateOf('Qm', met)), met)
    assert.deepEqual([nodeStateOf('Qm', met).identity, nodeStateOf('Qm', met).place], [undefined, undefined])
    assert.equal(IDENTIFIED.length, NODE_COLUMNS.length)
  })

  test('nodeValuesFrom returns the values of a row, and refuses each of them where it has another type', () => {
    const read = new ColumnReader('PP_STORE_SCHEMA')
    assert.deepEqual(nodeValuesFrom(IDENTIFIED, read), IDENTIFIED)

    for (const [i, column] of NODE_COLUMNS.entries()) {
      const changed = IDENTIFIED.map((value, at) => at === i ? false : value)
      assert.throws(() => nodeValuesFrom(changed, read), (err: unknown) => isProbeError(err, 'PP_STORE_SCHEMA') && err.message.startsWith(`column ${column} `), column)
    }
  })

  test('the identity of a peer has the time of its own column', () => {
    assert.deepEqual(nodeStateOf('Qm', IDENTIFIED).identity, { at: 'identified', agentVersion: 'kubo/0.30.0', protocolVersion: 'ipfs/0.1.0', latencyNs: 5 })
  })
})
