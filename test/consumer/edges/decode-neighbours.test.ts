import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { decodeNeighbours } from '../../../consumer/edges/decode-neighbours.ts'
import { MAX_SCAN_CHARS } from '../../../consumer/edges/edge-file-name.ts'
import { MAX_AHEAD_MS } from '../../../consumer/pipeline/decode.ts'
import { NEIGHBOURS_TYPE } from '../../../core/contracts/edges/neighbours.ts'
import { CRAWL_ID } from '../../support/consumer/messages.ts'
import { endOf, neighboursIncoming, tableOf } from '../../support/consumer/neighbours.ts'

const NOW_MS = CRAWL_ID * 1_000

function codeOf (value: string | Uint8Array, headers: Record<string, string> = { ce_type: NEIGHBOURS_TYPE }): string {
  const decoded = decodeNeighbours({ headers, value: Buffer.from(value) }, NOW_MS)

  return decoded.kind === 'rejected' ? decoded.err.code : decoded.kind
}

suite('decodeNeighbours', () => {
  test('reads tables and ends', () => {
    assert.deepEqual(decodeNeighbours(neighboursIncoming(tableOf()), NOW_MS), { kind: 'table', table: tableOf() })
    assert.deepEqual(decodeNeighbours(neighboursIncoming(endOf()), NOW_MS), { kind: 'end', end: endOf() })
  })

  test('rejects everything else with a code, and never throws', () => {
    const valid = JSON.stringify(tableOf())

    assert.equal(codeOf(' '.repeat(65_537)), 'PP_MESSAGE_TOO_LARGE')
    assert.equal(codeOf(valid, {}), 'PP_MESSAGE_VERSION')
    assert.equal(codeOf(valid, { ce_type: 'dev.peerprobe.visit.v1' }), 'PP_MESSAGE_VERSION')
    assert.equal(codeOf('{'), 'PP_MESSAGE_INVALID')
    assert.equal(codeOf('null'), 'PP_MESSAGE_INVALID')
    assert.equal(codeOf(Uint8Array.of(0xff, 0xfe)), 'PP_MESSAGE_INVALID')
    assert.equal(codeOf(JSON.stringify({ ...tableOf(), version: 2 })), 'PP_MESSAGE_INVALID')
    assert.equal(codeOf(JSON.stringify({ ...tableOf(), scan: `a/b/${'c'.repeat(MAX_SCAN_CHARS)}` })), 'PP_MESSAGE_INVALID')
  })

  test('rejects a crawl in the future: its file would never be removed, and it would end all others', () => {
    const at = (ms: number): string => codeOf(JSON.stringify(tableOf({ crawlId: CRAWL_ID + ms / 1_000 })))

    assert.deepEqual([at(MAX_AHEAD_MS), at(MAX_AHEAD_MS + 1_000)], ['table', 'PP_MESSAGE_FUTURE'])
  })
})
