import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { bytesText, inChunks, isAscii, listText, numberText, quote, upsertStatements } from '../../../../../consumer/store/mysql/server/sql-text.ts'
import { MARIADB, MYSQL } from '../../../../support/consumer/scripted-connection.ts'

/** What a server reads from a literal, whatever its sql_mode: neither form holds an escape. */
function readLiteral (literal: string): string {
  const [, plain, hex = ''] = /^(?:'([^'\\]*)'|_utf8mb4 x'([0-9a-f]*)')$/.exec(literal) ?? assert.fail(literal)

  return plain ?? Buffer.from(hex, 'hex').toString()
}

const hostile = fc.string({ unit: fc.constantFrom('\'', '\\', '"', '\0', '\x1a', '\n', '%', '_', ';', 'ä', 'ħ', '表', '\u00bf', '\uff07', '😀') })

suite('sql-text', () => {
  test('a server reads any text as it was, and nothing after it', () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), hostile), (text) => {
      assert.equal(readLiteral(quote(text)), text)
    }), { numRuns: 1_000 })
  })

  test('no character set turns a literal into anything else: its bytes are printable ASCII', () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), hostile), (text) => {
      assert.match(quote(text), /^[\x20-\x7e]*$/)
      // What the driver does where it takes the session for latin1: U+0127 loses its high byte and becomes a quote.
      assert.equal(Buffer.from(quote(text), 'latin1').toString('latin1'), quote(text))
    }), { numRuns: 1_000 })
    assert.equal(quote('aħ'), '_utf8mb4 x\'61c4a7\'')
  })

  test('what peers send as a rule stays short: plain texts, and lists in JSON', () => {
    assert.equal(quote('kubo/0.30.0'), '\'kubo/0.30.0\'')
    assert.equal(quote('["/ip4/192.0.2.1/tcp/4001"]'), '\'["/ip4/192.0.2.1/tcp/4001"]\'')
    assert.equal(quote(''), '\'\'')
  })

  test('knows what is not ASCII', () => {
    assert.deepEqual(['', 'SELECT 1', 'SELECT \'ħ\'', '😀', '\x7f', '\x80'].map(isAscii), [true, true, false, false, true, false])
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
