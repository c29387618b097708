// The options of mysqldump or mariadb-dump as an option file: neither the password nor the user's name is then in the
// list of processes. The options fit both programs of every version: what only one of them knows is in a group of its
// own, or begins with "loose-", which makes an unknown option a warning.
import { getCACertificates } from 'node:tls'
import { connectionOptionsFor } from '../store/mysql/server/connection-options.ts'
import type { MysqlConfig } from '../../core/contracts/process-config.ts'

/** Files of a run of the dump program. */
export interface DumpFiles {
  /** Where the program writes the dump; standard output when absent. */
  result?: string | undefined

  /** A file with certificate authorities, which the program trusts when the server's authority is not configured. */
  authorities: string
}

const COMMON = [
  // One snapshot of all tables, without locks: consumers go on writing.
  'single-transaction',
  'quick',
  'hex-blob',
  'comments',
  'default-character-set=utf8mb4',
  'max-allowed-packet=64M',
  // The right to read tablespaces is a global one. A table of PeerProbe has no triggers.
  'no-tablespaces',
  'skip-triggers',
  'skip-add-locks',
  // MySQL's program: positions of transactions belong to the server, and MariaDB has no statistics of columns.
  'loose-set-gtid-purged=OFF',
  'loose-column-statistics=0'
]

/** The text of the option file. @throws ProbeError `PP_STORE_AUTH`, `PP_STORE_TLS` when a file of the configuration cannot be read */
export async function dumpOptions (config: MysqlConfig, { result, authorities }: DumpFiles): Promise<string> {
  const { host, port, tls } = config
  const { user = '', password = '' } = await connectionOptionsFor(config)
  const client = [
    'protocol=tcp',
    `host=${quoted(host)}`,
    `port=${String(port)}`,
    `user=${quoted(user)}`,
    `password=${quoted(password)}`,
    ...tls === undefined ? [] : [`ssl-ca=${quoted(tls.caFile ?? authorities)}`]
  ]
  const dump = [...COMMON, ...tls === undefined ? [] : ['loose-ssl-mode=VERIFY_IDENTITY'], ...result === undefined ? [] : [`result-file=${quoted(result)}`]]
  // Newer programs of MariaDB check the certificate even where nothing says who may have signed it.
  const mariadb = tls === undefined ? ['skip-ssl-verify-server-cert'] : ['ssl', 'ssl-verify-server-cert']

  return `${group('client', client)}${group('mysqldump', dump)}${group('client-mariadb', mariadb)}`
}

/** The certificate authorities of Node.js in one file: those that the store's own connections trust. */
export function systemAuthorities (): string {
  return `${getCACertificates().join('\n')}\n`
}

function group (name: string, lines: readonly string[]): string {
  return `[${name}]\n${lines.join('\n')}\n\n`
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

// https://dev.mysql.com/doc/refman/8.4/en/option-files.html
function quoted (value: string): string {
  return `"${value.replaceAll(/[\\"\n\r\t]/g, char => ESCAPES[char] ?? char)}"`
}
