import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { bytesText, inChunks, listText, numberText, quote, upsertStatements } from '../../../../consumer/store/mysql/sql-text.ts'
import { MARIADB, MYSQL } from '../../../support/consumer/scripted-connection.ts'

/** What a server reads from a literal: https://dev.mysql.com/doc/refman/9.0/en/string-literals.html */
function readLiteral (literal: string): string {
  const escapes: Record<string, string> = { 0: '\0', b: '\b', t: '\t', n: '\n', r: '\r', Z: '\x1a' }
  assert.match(literal, /^'(?:[^'\\]|\\[^])*'$/)

  return literal.slice(1, -1).replace(/\\([^])/g, (_, c: string) => escapes[c] ?? c)
}

suite('sql-text', () => {
  test('a server reads any text as it was, and nothing after it', () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom('\'', '\\', '"', '\0', '\x1a', '\n', '%', '_', ';', 'ä', '😀') })), (text) => {
      assert.equal(readLiteral(quote(text)), text)
    }), { numRuns: 1_000 })
  })

  test('nothing is NULL', () => {
    assert.deepEqual([quote(null), numberText(null), numberText(undefined), bytesText(null)], ['NULL', 'NULL', 'NULL', 'NULL'])
    assert.deepEqual([numberText(0), bytesText('00ff'), listText(['1', '2'])], ['0', 'x\'00ff\'', '(1,2)'])
  })

  test('an upsert names its values as the server wants them', () => {
    const form = { table: 't', columns: ['a', 'b'], onDuplicate: (fresh: (column: string) => string) => `b = GREATEST(t.b, ${fresh('b')})` }

    assert.deepEqual(upsertStatements(form, ['(1,2)', '(3,4)'], MARIADB), ['INSERT INTO t (a,b) VALUES (1,2),(3,4) ON DUPLICATE KEY UPDATE b = GREATEST(t.b, VALUES(b))'])
    assert.deepEqual(upsertStatements(form, ['(1,2)'], MYSQL), ['INSERT INTO t (a,b) VALUES (1,2) AS fresh ON DUPLICATE KEY UPDATE b = GREATEST(t.b, fresh.b)'])
    assert.deepEqual(upsertStatements(form, [], MYSQL), [])
  })

  test('statements hold as many rows as a packet takes, all of them, in order', () => {
    fc.assert(fc.property(fc.array(fc.string({ minLength: 1, maxLength: 40 })), fc.integer({ min: 10, max: 100 }), (texts, maxChars) => {
      const chunks = inChunks(texts, maxChars)

      assert.deepEqual(chunks.flat(), texts)
      for (const chunk of chunks) {
        assert.ok(chunk.length === 1 || chunk.join().length <= maxChars, JSON.stringify(chunk))
      }
    }))
    assert.deepEqual(inChunks(['aaa', 'bbb', 'cc', 'd'], 7), [['aaa', 'bbb'], ['cc', 'd']])
    assert.equal(upsertStatements({ table: 't', columns: ['a'], onDuplicate: () => 'a = t.a' }, ['(1)', '(2)', '(3)'], { ...MARIADB, maxPacketChars: 66 }).length, 2)
  })
})
