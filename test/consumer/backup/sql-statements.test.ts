import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { SqlStatements } from '../../../consumer/backup/sql-statements.ts'
import { isProbeError } from '../../../core/errors.ts'

interface Cut { statements: [string, number][], rest: string, isOpen: boolean }

function cut (text: string, sizes: readonly number[] = [Infinity]): Cut {
  const bytes = Buffer.from(text)
  const statements = new SqlStatements()
  const found: [string, number][] = []

  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1
    found.push(...statements.push(bytes.subarray(at, at + size)).map(({ text, lists }): [string, number] => [text.toString(), lists]))
    at += size
  }

  return { statements: found, rest: statements.rest, isOpen: statements.isOpen }
}

const TABLE: [string, Cut][] = [
  ['a;b;', { statements: [['a', 0], ['b', 0]], rest: '', isOpen: false }],
  ['INSERT INTO `t` VALUES (1,\'a\'),\n(2,(3)),(f(1,(2)),4);\n', { statements: [['INSERT INTO `t` VALUES (1,\'a\'),\n(2,(3)),(f(1,(2)),4)', 3]], rest: '\n', isOpen: false }],
  ['x \';(\\\';(\';y "a\\"\\\\";z `;\\`;', { statements: [['x \';(\\\';(\'', 0], ['y "a\\"\\\\"', 0], ['z `;\\`', 0]], rest: '', isOpen: false }],
  ['x \'it\'\'s; ((\';y', { statements: [['x \'it\'\'s; ((\'', 0]], rest: 'y', isOpen: false }],
  ['-- it\'s; a (\n# another; \'\n/* and; \' ( */a;', { statements: [['-- it\'s; a (\n# another; \'\n/* and; \' ( */a', 0]], rest: '', isOpen: false }],
  ['/*!40101 SET x=\'a;b\' */;/*M!999999\\- enable the sandbox mode */ \nb;', { statements: [['/*!40101 SET x=\'a;b\' */', 0], ['/*M!999999\\- enable the sandbox mode */ \nb', 0]], rest: '', isOpen: false }],
  ['a - -1;b -5;-- Dump completed on 2026-12-01  2:00:00\n', { statements: [['a - -1', 0], ['b -5', 0]], rest: '-- Dump completed on 2026-12-01  2:00:00\n', isOpen: false }],
  ['a \'open;', { statements: [], rest: 'a \'open;', isOpen: true }],
  ['a /* open;', { statements: [], rest: 'a /* open;', isOpen: true }],
  ['\'é;😀\';', { statements: [['\'é;😀\'', 0]], rest: '', isOpen: false }]
]

suite('SqlStatements', () => {
  for (const [text, expected] of TABLE) {
    test(`cuts ${JSON.stringify(text)}, however its bytes arrive`, () => {
      assert.deepEqual(cut(text), expected)
      assert.deepEqual(cut(text, [1]), expected)
      fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 }), (sizes) => {
        assert.deepEqual(cut(text, sizes), expected)
      }))
    })
  }

  test('counts the rows of any texts as mysqldump escapes them', () => {
    const escaped = (text: string): string => `'${text.replaceAll(/[\\'"\0\n\r\u001a]/g, char => `\\${{ '\0': '0', '\n': 'n', '\r': 'r', '\u001a': 'Z' }[char] ?? char}`)}'`
    fc.assert(fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), fc.integer({ min: 1, max: 9 }), (texts, size) => {
      const statement = `INSERT INTO \`t\` VALUES ${texts.map(text => `(${escaped(text)},NULL)`).join()}`
      assert.deepEqual(cut(`${statement};\n`, [size]).statements, [[Buffer.from(statement).toString(), texts.length]])
    }))
  })

  test('refuses a statement that does not end', () => {
    const statements = new SqlStatements()
    const chunk = Buffer.alloc(8_388_608, 'a')
    assert.throws(() => {
      for (let i = 0; i < 10; i++) {
        statements.push(chunk)
      }
    }, err => isProbeError(err, 'PP_BACKUP_INVALID'))
  })
})
