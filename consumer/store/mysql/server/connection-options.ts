// Options of a connection. Password and certificate authority are read from their files for each connection: a
// rotated Secret takes effect without a restart.
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { defined } from '../../../../core/defined.ts'
import { errorText, ProbeError } from '../../../../core/errors.ts'
import { authPluginsFor } from './authentication.ts'
import type { MysqlConfig } from '../../../../core/contracts/process-config.ts'
import type { ErrorCode } from '../../../../core/errors.ts'
import type { ConnectionOptions, SslOptions } from 'mysql2'

const CONNECT_TIMEOUT_MS = 10_000
const KEEP_ALIVE_AFTER_MS = 30_000

// FOUND_ROWS would count rows that an upsert left unchanged, IGNORE_SPACE would reserve more words, and LOCAL_FILES
// would let a server read files of this machine.
const FLAGS_OFF = ['-FOUND_ROWS', '-IGNORE_SPACE', '-LOCAL_FILES']

/** The driver's options for one connection. @throws ProbeError `PP_STORE_AUTH`, `PP_STORE_TLS` when a file cannot be read */
export async function connectionOptionsFor (config: MysqlConfig): Promise<ConnectionOptions> {
  const { host, port, database, username, usernameFile, passwordFile, tls } = config
  const user = username ?? (await readSecret(usernameFile ?? '', { code: 'PP_STORE_AUTH', what: 'user name file' })).trimEnd()
  const password = await readSecret(passwordFile, { code: 'PP_STORE_AUTH', what: 'password file' })

  return {
    host,
    port,
    database,
    user,
    password: password.replace(/\r?\n$/, ''),
    ...defined({ ssl: tls === undefined ? undefined : await sslOptionsFor(tls) }),
    ...authPluginsFor(config),
    stream: () => openSocket(host, port),
    connectTimeout: CONNECT_TIMEOUT_MS,
    charset: 'utf8mb4_bin',
    timezone: 'Z',
    dateStrings: true,
    decimalNumbers: true,
    rowsAsArray: true,
    multipleStatements: true,
    // Statements contain their values: no placeholder must be replaced.
    queryFormat: sql => sql,
    flags: FLAGS_OFF
  }
}

async function sslOptionsFor ({ caFile }: NonNullable<MysqlConfig['tls']>): Promise<SslOptions> {
  return {
    ...defined({ ca: caFile === undefined ? undefined : await readSecret(caFile, { code: 'PP_STORE_TLS', what: 'certificate authority file' }) }),
    rejectUnauthorized: true,
    verifyIdentity: true,
    minVersion: 'TLSv1.2'
  }
}

async function readSecret (path: string, { code, what }: { code: ErrorCode, what: string }): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (err) {
    throw new ProbeError(code, `${what} ${path} cannot be read: ${errorText(err)}`, { cause: err, details: { path } })
  }
}

// mysql2 sets the TLS server name only where the host is not an IP address. Node then compares the certificate with
// the socket's `_host`, or with 'localhost' if that is missing. Without `_host`, connections by IP address fail.
function openSocket (host: string, port: number): ReturnType<typeof connect> {
  const socket = connect(port, host)
  socket.setNoDelay(true)
  socket.setKeepAlive(true, KEEP_ALIVE_AFTER_MS)

  return Object.assign(socket, { _host: host })
}
