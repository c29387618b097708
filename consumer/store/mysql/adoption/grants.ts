// The privileges on a database that the session's user has, directly or through its roles.
import { MYSQL_VALUES } from '../server/mysql-values.ts'
import type { MysqlConnection } from '../server/connection.ts'

// GRANT SELECT, TRIGGER ON `data\_base`.* TO …
const LINE = /^(?<verb>GRANT|REVOKE) (?<privileges>.+?) ON (?:(?<all>\*\.\*)|`(?<pattern>(?:[^`]|``)+)`\.\*) (?:TO|FROM) /

const WILDCARDS: Readonly<Record<string, string>> = { '_': '.', '%': '.*' }

/** Returns the privileges, of those given, that the user has on the whole database. */
export async function grantsCover (connection: MysqlConnection, database: string, privileges: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await connection.query(await grantsQuery(connection))
  const lines = rows.map(([line]) => LINE.exec(String(line))?.groups).filter(groups => groups !== undefined)
  const fitting = lines.filter(({ all, pattern }) => all !== undefined || namesDatabase(pattern ?? '', database))
  const holds = (verb: string, privilege: string): boolean => fitting.some(groups => groups['verb'] === verb && covers(groups['privileges'] ?? '', privilege))

  return new Set(privileges.filter(privilege => holds('GRANT', privilege) && !holds('REVOKE', privilege)))
}

// MariaDB includes the roles of the session; MySQL must be given their names.
async function grantsQuery (connection: MysqlConnection): Promise<string> {
  if (connection.server.family === 'mariadb') {
    return 'SHOW GRANTS'
  }

  const { rows: [row] } = await connection.query('SELECT CURRENT_ROLE()')
  const roles = MYSQL_VALUES.textOrNull(row?.[0] ?? null, 'CURRENT_ROLE()')

  return roles === null || roles === 'NONE' ? 'SHOW GRANTS' : `SHOW GRANTS FOR CURRENT_USER() USING ${roles}`
}

function covers (privileges: string, privilege: string): boolean {
  return privileges.split(', ').some(granted => granted === privilege || granted === 'ALL PRIVILEGES' || granted === 'ALL')
}

// The pattern syntax is that of LIKE: \_ and \% are literal.
function namesDatabase (pattern: string, database: string): boolean {
  const parts = [...pattern.replaceAll('``', '`').matchAll(/\\?./gs)].map(([part]) => WILDCARDS[part] ?? RegExp.escape(part.replace(/^\\/, '')))

  return new RegExp(`^${parts.join('')}$`, 'is').test(database)
}
