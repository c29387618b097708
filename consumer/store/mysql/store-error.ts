// What a failure of the driver or the server means to the port. The server's own number decides
// where one means something special; else the class of its SQLSTATE does (ISO/IEC 9075-2, 24.1);
// what comes from the network or the TLS layer has neither.
import { errorText, ProbeError } from '../../../core/errors.ts'
import type { ErrorCode } from '../../../core/errors.ts'

/** Who connects to what; never the password. */
export interface Target {
  host: string
  port: number
  database: string
  username?: string | undefined
}

// A name that comes from a file is not shown.
const UNNAMED = '(user of the Secret)'

interface DriverError extends Error {
  code?: unknown
  errno?: unknown
  sqlState?: unknown
  fatal?: unknown
  syscall?: unknown
}

// https://dev.mysql.com/doc/mysql-errors/9.0/en/server-error-reference.html, https://mariadb.com/kb/en/mariadb-error-codes/
const CODE_BY_NUMBER: Readonly<Record<number, ErrorCode>> = {
  1020: 'PP_STORE_CONFLICT', // ER_CHECKREAD: the row changed since the snapshot
  1205: 'PP_STORE_CONFLICT', // ER_LOCK_WAIT_TIMEOUT
  1213: 'PP_STORE_CONFLICT', // ER_LOCK_DEADLOCK
  1045: 'PP_STORE_AUTH', // ER_ACCESS_DENIED_ERROR
  1130: 'PP_STORE_AUTH', // ER_HOST_NOT_PRIVILEGED
  1251: 'PP_STORE_AUTH', // ER_NOT_SUPPORTED_AUTH_MODE
  1524: 'PP_STORE_AUTH', // ER_PLUGIN_IS_NOT_LOADED
  1698: 'PP_STORE_AUTH', // ER_ACCESS_DENIED_NO_PASSWORD_ERROR
  1820: 'PP_STORE_AUTH', // ER_MUST_CHANGE_PASSWORD
  1862: 'PP_STORE_AUTH', // ER_MUST_CHANGE_PASSWORD_LOGIN
  3118: 'PP_STORE_AUTH', // ER_ACCOUNT_HAS_BEEN_LOCKED
  4151: 'PP_STORE_AUTH', // MariaDB ER_ACCOUNT_HAS_BEEN_LOCKED
  1049: 'PP_STORE_DATABASE_MISSING', // ER_BAD_DB_ERROR
  1044: 'PP_STORE_GRANT_MISSING', // ER_DBACCESS_DENIED_ERROR
  1142: 'PP_STORE_GRANT_MISSING', // ER_TABLEACCESS_DENIED_ERROR
  1143: 'PP_STORE_GRANT_MISSING', // ER_COLUMNACCESS_DENIED_ERROR
  1227: 'PP_STORE_GRANT_MISSING', // ER_SPECIFIC_ACCESS_DENIED_ERROR
  1370: 'PP_STORE_GRANT_MISSING', // ER_PROCACCESS_DENIED_ERROR
  3159: 'PP_STORE_TLS', // ER_SECURE_TRANSPORT_REQUIRED
  1040: 'PP_STORE_UNAVAILABLE', // ER_CON_COUNT_ERROR
  1053: 'PP_STORE_UNAVAILABLE', // ER_SERVER_SHUTDOWN
  1203: 'PP_STORE_UNAVAILABLE', // ER_TOO_MANY_USER_CONNECTIONS, of class 42
  1226: 'PP_STORE_UNAVAILABLE', // ER_USER_LIMIT_REACHED, of class 42
  1153: 'PP_STORE_DATA', // ER_NET_PACKET_TOO_LARGE
  1366: 'PP_STORE_DATA', // ER_TRUNCATED_WRONG_VALUE_FOR_FIELD
  1526: 'PP_STORE_DATA', // ER_NO_PARTITION_FOR_GIVEN_VALUE
  1265: 'PP_STORE_DATA' // WARN_DATA_TRUNCATED
}

const CODE_BY_SQL_STATE_CLASS: Readonly<Record<string, ErrorCode>> = {
  22: 'PP_STORE_DATA', // data exception
  23: 'PP_STORE_DATA', // integrity constraint violation
  28: 'PP_STORE_AUTH', // invalid authorization specification
  40: 'PP_STORE_CONFLICT', // transaction rollback
  42: 'PP_STORE_SCHEMA', // syntax error or access rule violation
  45: 'PP_STORE_DATA' // a trigger's SIGNAL
}

// mysql2's names for a failed handshake, and those that OpenSSL and Node.js give to certificates.
const TLS_NAME = /^(HANDSHAKE_(SSL_ERROR|NO_SSL_SUPPORT)|ERR_(TLS|SSL)_\w+|CERT_\w+|UNABLE_TO_\w+|(DEPTH_ZERO_)?SELF_SIGNED_CERT\w*|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)$/

/** Turns a failure of the driver into the error of the port; other errors pass as they are. */
export function asStoreError (err: unknown, target: Target): unknown {
  const code = codeOf(err)

  if (code === undefined) {
    return err
  }

  const { host, port, database, username = UNNAMED } = target
  const where = `${username}@${host}:${String(port)}/${database}`

  return new ProbeError(code, `database ${where}: ${errorText(err)}${wayOut(code, target)}`, { cause: err, details: { host, port, database, username } })
}

function codeOf (err: unknown): ErrorCode | undefined {
  if (!(err instanceof Error) || err instanceof ProbeError) {
    return undefined
  }

  const { code, errno, sqlState }: DriverError = err

  return codeByName(code) ?? (typeof sqlState === 'string' && typeof errno === 'number' ? codeByNumber(errno, sqlState) : codeByOrigin(err))
}

function codeByName (name: unknown): ErrorCode | undefined {
  return typeof name !== 'string' ? undefined : TLS_NAME.test(name) ? 'PP_STORE_TLS' : name.startsWith('AUTH_SWITCH_') ? 'PP_STORE_AUTH' : undefined
}

function codeByNumber (number: number, sqlState: string): ErrorCode {
  return CODE_BY_NUMBER[number] ?? CODE_BY_SQL_STATE_CLASS[sqlState.slice(0, 2)] ?? 'PP_STORE_UNAVAILABLE'
}

// What else is the driver's or the network's; anything but that is a fault of this program.
function codeByOrigin ({ code, fatal, syscall }: DriverError): ErrorCode | undefined {
  const isProtocol = typeof code === 'string' && code.startsWith('PROTOCOL_')

  return fatal === true || syscall !== undefined || isProtocol ? 'PP_STORE_UNAVAILABLE' : undefined
}

function wayOut (code: ErrorCode, { database, username = UNNAMED, host }: Target): string {
  switch (code) {
    case 'PP_STORE_AUTH':
      return `: check that user ${username} may connect from here, and the password in the configured file`
    case 'PP_STORE_TLS':
      return `: check the configured certificate authority, and that the server's certificate is for ${host}`
    case 'PP_STORE_DATABASE_MISSING':
      return `: create it with CREATE DATABASE \`${database}\`, or correct its name`
    case 'PP_STORE_GRANT_MISSING':
      return `: grant it with GRANT ALL PRIVILEGES ON \`${database}\`.* TO '${username}'@'%'`
    default:
      return ''
  }
}
