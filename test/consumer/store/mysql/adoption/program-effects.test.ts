import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { effectsOf } from '../../../../../consumer/store/mysql/adoption/program-effects.ts'
import { sqlWords } from '../../../../../consumer/store/mysql/adoption/sql-words.ts'

const writes = (program: string): boolean => effectsOf(program, 'own').writes.some(({ schema, name }) => schema === 'own' && name === 'node_info')
const calls = (program: string): string[] => effectsOf(program, 'own').calls.map(({ schema, name }) => `${schema}.${name}`)

test('sqlWords leaves out comments and texts, but nothing that runs', () => {
  const program = `-- a\n# b\n/* c */ /*!50000 d */ /*M!100100 e */ 'f''g\\'h' \`i\`\`j\` "k" 5--6 l.m;`

  assert.deepEqual(sqlWords(program).map(({ text }) => text), ['d', 'e', 'i`j', 'k', '5', '-', '-', '6', 'l', '.', 'm', ';'])
})

suite('effectsOf', () => {
  test('sees every statement that writes a table', () => {
    for (const program of [
      'INSERT INTO node_info VALUES (1)',
      'insert low_priority ignore `node_info` set a = 1',
      'INSERT node_info SELECT * FROM x',
      'REPLACE INTO own.node_info (a) VALUES (1)',
      'UPDATE node_info SET a = 1',
      'UPDATE x JOIN node_info n SET n.a = 1',
      'DELETE FROM node_info',
      'DELETE n FROM node_info AS n JOIN x',
      'DELETE FROM x USING x JOIN node_info',
      'TRUNCATE node_info',
      'TRUNCATE TABLE own . node_info',
      'DROP TABLE IF EXISTS x, node_info',
      'ALTER TABLE node_info DROP COLUMN a',
      'RENAME TABLE x TO y, node_info TO z',
      'CREATE OR REPLACE TABLE node_info (a INT)',
      'LOAD DATA INFILE \'f\' INTO TABLE node_info',
      'BEGIN IF a THEN DELETE FROM "node_info"; END IF; END',
      'WITH old AS (SELECT 1) DELETE FROM node_info WHERE a IN (SELECT * FROM old)',
      'BEGIN SELECT 1; /*! DELETE FROM node_info */; END'
    ]) {
      assert.equal(writes(program), true, program)
    }
  })

  test('takes no reading for writing', () => {
    for (const program of [
      'SELECT * FROM node_info FOR UPDATE',
      'INSERT INTO stats SELECT COUNT(*) FROM node_info',
      'DELETE FROM stats WHERE id IN (SELECT id FROM node_info)',
      'UPDATE stats SET n = (SELECT COUNT(*) FROM node_info)',
      'INSERT INTO stats VALUES (1) ON DUPLICATE KEY UPDATE n = (SELECT 1 FROM node_info)',
      'SELECT REPLACE(a, \'x\', \'y\'), INSERT(a, 1, 2, b) FROM node_info',
      '-- DELETE FROM node_info',
      'SELECT \'DELETE FROM node_info\'',
      'DELETE FROM other.node_info',
      'CREATE TEMPORARY TABLE t AS SELECT * FROM node_info'
    ]) {
      assert.equal(writes(program), false, program)
    }
  })

  test('sees what is called, in every form', () => {
    assert.deepEqual(calls('CALL clean'), ['own.clean'])
    assert.deepEqual(calls('call `other`.`Clean`(1)'), ['other.clean'])
    assert.deepEqual(calls('BEGIN clean; SET @a = f(1) + other.g(2); END'), ['own.clean', 'own.f', 'other.g'])
  })

  test('sees statements that are put together while the program runs', () => {
    assert.equal(effectsOf('PREPARE s FROM @s', 'own').isDynamic, true)
    assert.equal(effectsOf('EXECUTE IMMEDIATE \'DROP TABLE x\'', 'own').isDynamic, true)
    assert.equal(effectsOf('SELECT `prepare`, \'PREPARE s\'', 'own').isDynamic, false)
  })
})
