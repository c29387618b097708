// What a failure of the driver or the server means to the port: a server's error by its number and
// SQLSTATE; what comes from the driver, the network or the TLS layer has neither.
import { defined } from '../../../../core/defined.ts'
import { errorText, isProbeError, ProbeError } from '../../../../core/errors.ts'
import { hostPort } from '../../../../core/text/host-port.ts'
import { authRefusalOf } from './authentication.ts'
import { isReadOnlyError, serverErrorCode } from './server-errors.ts'
import type { ErrorCode } from '../../../../core/errors.ts'

/** Who connects to what; never the password. */
export interface Target {
  host: string
  port: number
  database: string
  username?: string | undefined
  tls?: object | undefined
}

// A name that comes from a file is not shown.
const UNNAMED = '(user of the Secret)'

const PRIMARY = ': connect to the server that takes writes (the primary)'

interface DriverError extends Error {
  code?: unknown
  errno?: unknown
  sqlState?: unknown
  fatal?: unknown
  syscall?: unknown
}

// mysql2's names for a failed handshake, and those that OpenSSL and Node.js give to certificates.
const TLS_NAME = /^(HANDSHAKE_(SSL_ERROR|NO_SSL_SUPPORT)|ERR_(TLS|SSL)_\w+|CERT_\w+|UNABLE_TO_\w+|(DEPTH_ZERO_)?SELF_SIGNED_CERT\w*|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)$/

// Its names for ways to authenticate that it does not know, or does not take.
const AUTH_NAME = /^(AUTH_SWITCH_|MYSQL_CLEAR_PASSWORD_)/

/** Turns a failure of the driver into the error of the port; other errors pass as they are. */
export function asStoreError (err: unknown, target: Target): unknown {
  const code = codeOf(err)

  if (code === undefined) {
    return err
  }

  const { host, port, database, username = UNNAMED } = target
  const where = `${username}@${hostPort(host, port)}/${database}`
  const refusal = code === 'PP_STORE_AUTH' ? authRefusalOf(err as DriverError) : undefined
  const takesNoWrites = isReadOnlyError(Number((err as DriverError).errno))

  return new ProbeError(code, `database ${where}: ${refusal ?? `${errorText(err)}${takesNoWrites ? PRIMARY : wayOut(code, target)}`}`, {
    cause: err,
    details: { host, port, database, username, ...defined({ takesNoWrites: takesNoWrites ? takesNoWrites : undefined }) }
  })
}

/** Whether the server takes no writes: a replica, or a primary that was replaced. */
export function isReadOnlyServer (err: unknown): boolean {
  return isProbeError(err) && err.details['takesNoWrites'] === true
}

/** Whether nothing can be expected of the connection any more, though it may stand: another one may meet another server. */
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

// What else is the driver's or the network's; anything but that is a fault of this program.
function codeByOrigin ({ code, fatal, syscall }: DriverError): ErrorCode | undefined {
  const isProtocol = typeof code === 'string' && /^(PROTOCOL|HANDSHAKE)_|^ETIMEDOUT$/.test(code)

  return fatal === true || syscall !== undefined || isProtocol ? 'PP_STORE_UNAVAILABLE' : undefined
}

function wayOut (code: ErrorCode, { database, username = UNNAMED, host, tls }: Target): string {
  switch (code) {
    case 'PP_STORE_AUTH':
      // MariaDB refuses plain text by the same error as a wrong password.
      return `: check that user ${username} may connect from here, and the password in the configured file${tls === undefined ? '; or the server wants TLS (require_secure_transport)' : ''}`
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
