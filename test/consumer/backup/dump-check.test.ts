import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createdTable, DumpCheck, headOf } from '../../../consumer/backup/dump-check.ts'
import { sqlDump } from '../../../consumer/backup/sql-dump.ts'
import { isProbeError } from '../../../core/errors.ts'

const DUMP = `/*M!999999\\- enable the sandbox mode */ 
-- MariaDB dump 10.19
--
-- Host: localhost    Database: d;(
/*!40101 SET NAMES utf8mb4 */;
CREATE TABLE \`empty\` (\`a\` int);
CREATE TABLE \`od\`\`d\` (\`a\` int);
INSERT INTO \`od\`\`d\` VALUES
(1),
(2);
INSERT INTO \`od\`\`d\` VALUES (3);
CREATE TABLE \`g\` (\`a\` int, \`b\` int AS (a));
INSERT INTO \`g\` (\`a\`) VALUES (1),(2);
CREATE TABLE \`schema_migration\` (\`version\` int);
INSERT INTO \`schema_migration\` VALUES (1,'a'),(2,'b');
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;
`
const END = '-- Dump completed on 2026-12-01  2:00:00\n'

function ended (text: string): DumpCheck {
  const check = new DumpCheck()
  check.push(Buffer.from(text))
  check.end()

  return check
}

suite('DumpCheck', () => {
  test('counts the rows of each table, and recognises the end', () => {
    for (const end of [END, '-- Dump completed\n', '\n-- Dump completed on 2026-12-01  2:00:00']) {
      assert.deepEqual(ended(DUMP + end).rows, { 'empty': 0, 'g': 2, 'od`d': 3, 'schema_migration': 2 })
    }
  })

  test('recognises a dump that is cut off at any place, and one of another database', () => {
    const whole = DUMP + END
    const mark = whole.indexOf('-- Dump completed')

    for (let length = 0; length < mark + '-- Dump completed'.length; length += 3) {
      assert.throws(() => ended(whole.slice(0, length)), err => isProbeError(err, 'PP_BACKUP_INVALID') && err.message.includes('cut off'), String(length))
    }
    assert.throws(() => ended(`INSERT INTO \`t\` VALUES ('\n-- Dump completed`), err => isProbeError(err, 'PP_BACKUP_INVALID'))
    assert.throws(() => ended(`CREATE TABLE \`t\` (a int);\n${END}`), err => isProbeError(err, 'PP_BACKUP_INVALID') && err.message.includes('schema_migration'))
  })

  test('reads the head of a statement without the comments before it', () => {
    const head = headOf({ text: Buffer.from('\n--\n-- Table; x\n--\n\n/* a */ CREATE TABLE `a``b` (x)') })

    assert.equal(head, 'CREATE TABLE `a``b` (x)')
    assert.equal(createdTable(head), 'a`b')
    assert.equal(headOf({ text: Buffer.from('/*!40101 SET x=1 */') }), '/*!40101 SET x=1 */')
  })
})

suite('sqlDump', () => {
  test('passes the bytes on, and knows their rows and the version of the tables at the end', async () => {
    const source = sqlDump((async function* () {
      yield* [Buffer.from(DUMP), Buffer.from(END)]
      await Promise.resolve()
    })())
    const chunks = await Array.fromAsync(source.bytes)

    assert.equal(Buffer.concat(chunks).toString(), DUMP + END)
    assert.deepEqual(source.content(), { rows: { 'empty': 0, 'g': 2, 'od`d': 3, 'schema_migration': 2 }, schemaVersion: 2 })
  })
})
