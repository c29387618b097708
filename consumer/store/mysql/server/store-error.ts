// Converts failures of the driver and the server to errors of the port. Errors of the server have a number
// and an SQLSTATE; errors of the driver, the network and the TLS layer have neither.
import { defined } from '../../../../core/defined.ts'
import { errorText, isProbeError, ProbeError } from '../../../../core/errors.ts'
import { hostPort } from '../../../../core/text/host-port.ts'
import { authRefusalOf } from './authentication.ts'
import { isReadOnlyError, serverErrorCode } from './server-errors.ts'
import type { ErrorCode } from '../../../../core/errors.ts'

/** User and server of a connection; never the password. */
export interface Target {
  host: string
  port: number
  database: string
  username?: string | undefined
  tls?: object | undefined
}

// A user name from a file is not shown.
const UNNAMED = '(user of the Secret)'

const PRIMARY = ': connect to the server that accepts writes (the primary)'

interface DriverError extends Error {
  code?: unknown
  errno?: unknown
  sqlState?: unknown
  fatal?: unknown
  syscall?: unknown
}

// Codes of mysql2 for a failed handshake, and of OpenSSL and Node.js for certificates.
const TLS_NAME = /^(HANDSHAKE_(SSL_ERROR|NO_SSL_SUPPORT)|ERR_(TLS|SSL)_\w+|CERT_\w+|UNABLE_TO_\w+|(DEPTH_ZERO_)?SELF_SIGNED_CERT\w*|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)$/

// Codes of mysql2 for authentication methods that it does not know or does not accept.
const AUTH_NAME = /^(AUTH_SWITCH_|MYSQL_CLEAR_PASSWORD_)/

/** Converts a failure of the driver to the error of the port; returns other errors unchanged. */
export function asStoreError (err: unknown, target: Target): unknown {
  const code = codeOf(err)

  if (code === undefined || !(err instanceof Error)) {
    return err
  }

  const { host, port, database, username = UNNAMED } = target
  const where = `${username}@${hostPort(host, port)}/${database}`
  const refusal = code === 'PP_STORE_AUTH' ? authRefusalOf(err) : undefined
  const takesNoWrites = 'errno' in err && isReadOnlyError(Number(err.errno))

  return new ProbeError(code, `database ${where}: ${refusal ?? `${errorText(err)}${takesNoWrites ? PRIMARY : wayOut(code, target)}`}`, {
    cause: err,
    details: { host, port, database, username, ...defined({ takesNoWrites: takesNoWrites ? takesNoWrites : undefined }) }
  })
}

/** Whether the server is read-only: a replica, or a primary that was replaced. */
export function isReadOnlyServer (err: unknown): boolean {
  return isProbeError(err) && err.details['takesNoWrites'] === true
}

/** Whether the connection is to be closed even if it is intact: a new connection may reach another server. */
export function endsConnection (err: unknown): boolean {
  return isProbeError(err, 'PP_STORE_UNAVAILABLE') || isProbeError(err, 'PP_STORE_SERVER')
}

function codeOf (err: unknown): ErrorCode | undefined {
  if (!(err instanceof Error) || err instanceof ProbeError) {
    return undefined
  }

  const { code, errno, sqlState }: DriverError = err

  return codeByName(code) ?? (typeof sqlState === 'string' && typeof errno === 'number' ? serverErrorCode(errno, sqlState) : codeByOrigin(err))
}

function codeByName (name: unknown): ErrorCode | undefined {
  return typeof name !== 'string' ? undefined : TLS_NAME.test(name) ? 'PP_STORE_TLS' : AUTH_NAME.test(name) ? 'PP_STORE_AUTH' : undefined
}

// Other failures of the driver and the network. An error without these marks is a fault of this program.
function codeByOrigin ({ code, fatal, syscall }: DriverError): ErrorCode | undefined {
  const isProtocol = typeof code === 'string' && /^(PROTOCOL|HANDSHAKE)_|^ETIMEDOUT$/.test(code)

  return fatal === true || syscall !== undefined || isProtocol ? 'PP_STORE_UNAVAILABLE' : undefined
}

function wayOut (code: ErrorCode, { database, username = UNNAMED, host, tls }: Target): string {
  switch (code) {
    case 'PP_STORE_AUTH':
      // MariaDB refuses an unencrypted connection with the same error as a wrong password.
      return `: check that user ${username} may connect from here, and the password in the configured file${tls === undefined ? '; or the server requires TLS (require_secure_transport)' : ''}`
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
