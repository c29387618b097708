import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatTable } from '../../../core/text/table.ts'

test('formatTable aligns columns, obeys no text, and lets the last column alone be long', () => {
  const long = 'x'.repeat(70)

  assert.equal(formatTable(['KEY', 'N', 'REASON'], [['a\u001B[2J', 12, long], ['bb', null, 'short'], [long, 3, '']]), [
    `KEY${' '.repeat(57)}  N   REASON`,
    `a\\u{1b}[2J${' '.repeat(50)}  12  ${long}`,
    `bb${' '.repeat(58)}  -   short`,
    `${'x'.repeat(59)}…  3`
  ].map(line => `${line}\n`).join(''))
})
