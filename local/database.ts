import { hostPort } from '../core/text/host-port.ts'
import { shellQuoted } from './text.ts'
import type { StoreConfig } from '../core/contracts/process-config.ts'

/** The database of a run, for people: the path of its file, or a URL without the password. */
export function databaseName ({ sqlite, mysql }: StoreConfig): string {
  if (mysql === undefined) {
    return sqlite?.path ?? ''
  }

  // In a pod the name of the user is in a file.
  const user = mysql.username === undefined ? '' : `${encodeURIComponent(mysql.username)}@`

  return `mysql://${user}${hostPort(mysql.host, mysql.port)}/${mysql.database}`
}

/** A shell command that queries the database of a run; `path` is the path of its file to show, if it has one. */
export function queryCommand ({ mysql }: StoreConfig, path: string, sql: string): string {
  if (mysql === undefined) {
    return `npm run --silent query -- ${shellQuoted(path)} "${sql}"`
  }

  const { host, port, username, database } = mysql

  return `mysql -h ${shellQuoted(host)} -P ${String(port)} ${username === undefined ? '' : `-u ${shellQuoted(username)} `}-p ${shellQuoted(database)} -e "${sql}"`
}
