// Which statements of a dump a restore runs. A backup is a file from elsewhere: only what mysqldump writes for tables
// and views is sent to the server, and no command of the client program, such as \! or DELIMITER, is known here.
import { ProbeError } from '../../core/errors.ts'
import { escapeControlChars } from '../../core/text/escape-control-chars.ts'

// "/*!40101 SET …*/" runs on servers from that version on; "/*M!" only on MariaDB.
const CONDITION = '(?:/\\*M?!\\d{5,6} ?)?'
const ALLOWED = [
  'SET (?!.*(?:GLOBAL|PERSIST|PASSWORD))',
  'DROP TABLE IF EXISTS `',
  'DROP VIEW IF EXISTS `',
  'CREATE TABLE `',
  'ALTER TABLE `(?:[^`]|``)+` (?:DISABLE|ENABLE) KEYS',
  'INSERT INTO `',
  'LOCK TABLES `',
  'UNLOCK TABLES',
  // Until the real view is made, at the end, a plain one or a table stands for it.
  'CREATE VIEW `',
  'CREATE ALGORITHM=\\w+ '
].map(begin => new RegExp(`^${CONDITION}${begin}`, 'is'))

const VIEW = new RegExp(`^${CONDITION}CREATE ALGORITHM=`, 'i')
const DEFINER = /DEFINER=`(?:[^`]|``)*`@`(?:[^`]|``)*` ?/

/**
 * The statement to run.
 *
 * A view without its definer belongs to the account that restores it: to give it to another account needs a global
 * right, and that account may not exist there.
 *
 * @param head the first part of the statement, without comments before it
 * @throws ProbeError `PP_BACKUP_INVALID` for a statement that is not of a backup
 */
export function statementToRun (statement: string, head: string): string {
  if (!ALLOWED.some(allowed => allowed.test(head))) {
    throw new ProbeError('PP_BACKUP_INVALID', `the backup contains a statement that no backup of PeerProbe has: ${escapeControlChars(head.slice(0, 100))}`)
  }

  return VIEW.test(head) ? statement.replace(DEFINER, '') : statement
}
