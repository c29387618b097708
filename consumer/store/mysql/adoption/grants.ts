// Which privileges on a database the session's user holds, by itself or through its roles.
import type { MysqlConnection } from '../server/connection.ts'

// GRANT SELECT, TRIGGER ON `data\_base`.* TO …
const LINE = /^(?<verb>GRANT|REVOKE) (?<privileges>.+?) ON (?:(?<all>\*\.\*)|`(?<pattern>(?:[^`]|``)+)`\.\*) (?:TO|FROM) /

const WILDCARDS: Readonly<Record<string, string>> = { '_': '.', '%': '.*' }

/** Those of some privileges that are held on a whole database. */
export async function grantsCover (connection: MysqlConnection, database: string, privileges: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await connection.query(await grantsQuery(connection))
  const lines = rows.map(([line]) => LINE.exec(String(line))?.groups).filter(groups => groups !== undefined)
  const fitting = lines.filter(({ all, pattern }) => all !== undefined || namesDatabase(pattern ?? '', database))
  const holds = (verb: string, privilege: string): boolean => fitting.some(groups => groups['verb'] === verb && covers(groups['privileges'] ?? '', privilege))

  return new Set(privileges.filter(privilege => holds('GRANT', privilege) && !holds('REVOKE', privilege)))
}

// MariaDB counts the roles of the session in; MySQL wants them named.
async function grantsQuery (connection: MysqlConnection): Promise<string> {
  if (connection.server.family === 'mariadb') {
    return 'SHOW GRANTS'
  }

  const { rows: [roles] } = await connection.query('SELECT CURRENT_ROLE()')

  return roles?.[0] == null || roles[0] === 'NONE' ? 'SHOW GRANTS' : `SHOW GRANTS FOR CURRENT_USER() USING ${String(roles[0])}`
}

function covers (privileges: string, privilege: string): boolean {
  return privileges.split(', ').some(granted => granted === privilege || granted === 'ALL PRIVILEGES' || granted === 'ALL')
}

// A pattern as LIKE has it: \_ and \% stand for themselves.
function namesDatabase (pattern: string, database: string): boolean {
  const parts = [...pattern.replaceAll('``', '`').matchAll(/\\?./gs)].map(([part]) => WILDCARDS[part] ?? RegExp.escape(part.replace(/^\\/, '')))

  return new RegExp(`^${parts.join('')}$`, 'is').test(database)
}
