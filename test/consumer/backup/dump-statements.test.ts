import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { statementToRun } from '../../../consumer/backup/dump-statements.ts'
import { isProbeError } from '../../../core/errors.ts'

const run = (statement: string): string => statementToRun(statement, statement)

suite('statementToRun', () => {
  test('accepts what dumps contain, unchanged', () => {
    for (const statement of [
      '/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */',
      '/*M!100616 SET @OLD_NOTE_VERBOSITY=@@NOTE_VERBOSITY, NOTE_VERBOSITY=0 */',
      '/*!50503 SET NAMES utf8mb4 */',
      'SET @saved_cs_client     = @@character_set_client',
      'DROP TABLE IF EXISTS `visit`',
      '/*!50001 DROP VIEW IF EXISTS `visit_detail`*/',
      '/*!50001 DROP TABLE IF EXISTS `visit_detail`*/',
      'CREATE TABLE `visit` (a int)',
      '/*!40000 ALTER TABLE `visit` DISABLE KEYS */',
      'INSERT INTO `visit` VALUES (1)',
      '/*!50001 CREATE VIEW `visit_detail` AS SELECT 1 AS `a` */',
      'UNLOCK TABLES'
    ]) {
      assert.equal(run(statement), statement)
    }
  })

  test('gives a view to the account that restores it', () => {
    const view = (definer: string): string =>
      `/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 ${definer}SQL SECURITY INVOKER */\n/*!50001 VIEW \`v\` AS select 'DEFINER' */`

    assert.equal(run(view('DEFINER=`o``dd`@`%` ')), view(''))
    assert.equal(run('INSERT INTO `t` VALUES (\'DEFINER=`a`@`b` \')'), 'INSERT INTO `t` VALUES (\'DEFINER=`a`@`b` \')')
  })

  test('refuses every other statement, and names it safely', () => {
    for (const statement of [
      'DROP DATABASE x',
      'DELETE FROM `visit`',
      '\\! rm -rf /',
      'DELIMITER ;;',
      '/*!50003 CREATE TRIGGER x */',
      'GRANT ALL ON *.* TO x',
      'source /etc/passwd',
      'SET GLOBAL general_log = 1',
      '/*!40101 SET @@global.general_log = 1 */',
      'SET PERSIST x = 1',
      'SET PASSWORD = \'x\'',
      'ALTER TABLE `a` DROP COLUMN b',
      'CREATE EVENT x',
      'LOAD DATA INFILE \'x\'',
      '\u001b[2J'
    ]) {
      assert.throws(() => run(statement), err => isProbeError(err, 'PP_BACKUP_INVALID') && !err.message.includes('\u001b'), statement)
    }
  })
})
