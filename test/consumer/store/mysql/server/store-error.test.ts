import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { suite, test } from 'node:test'
import { asStoreError } from '../../../../../consumer/store/mysql/server/store-error.ts'
import { isProbeError, ProbeError } from '../../../../../core/errors.ts'

/** Names that the driver gives to errors of its own, by its source. Its pool is not used. */
function driverCodes (): string[] {
  const lib = join(dirname(createRequire(import.meta.url).resolve('mysql2/package.json')), 'lib')
  const files = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.js') && !file.startsWith('constants'))
  const codes = files.flatMap(file => Array.from(readFileSync(join(lib, file), 'utf8').matchAll(/(?:code = (?:code \|\| )?|\n\s+)'([A-Z]+_[A-Z_]+|ETIMEDOUT)'(?=;|\n)/g), ([, code = '']) => code))

  return [...new Set(codes)].filter(code => !code.startsWith('POOL_')).sort()
}

const TARGET = { host: 'db.example', port: 3_306, database: 'nodes', username: 'probe' }

suite('asStoreError', () => {
  for (const [what, properties, code, wayOut] of [
    ['a deadlock', { errno: 1213, sqlState: '40001' }, 'PP_STORE_CONFLICT', ''],
    ['a lock timeout', { errno: 1205, sqlState: 'HY000' }, 'PP_STORE_CONFLICT', ''],
    ['a row that changed', { errno: 1020, sqlState: 'HY000' }, 'PP_STORE_CONFLICT', ''],
    ['a wrong password', { errno: 1045, sqlState: '28000', code: 'ER_ACCESS_DENIED_ERROR' }, 'PP_STORE_AUTH', 'check that user probe may connect'],
    ['a locked account', { errno: 4151, sqlState: 'HY000' }, 'PP_STORE_AUTH', 'password'],
    ['an unknown way to authenticate', { code: 'AUTH_SWITCH_PLUGIN_ERROR', fatal: true }, 'PP_STORE_AUTH', 'password'],
    ['no such database', { errno: 1049, sqlState: '42000' }, 'PP_STORE_DATABASE_MISSING', 'CREATE DATABASE `nodes`'],
    ['a database denied', { errno: 1044, sqlState: '42000' }, 'PP_STORE_GRANT_MISSING', 'GRANT ALL PRIVILEGES ON `nodes`.* TO \'probe\''],
    ['a table denied', { errno: 1142, sqlState: '42000' }, 'PP_STORE_GRANT_MISSING', 'GRANT'],
    ['a certificate of nobody', { code: 'HANDSHAKE_SSL_ERROR', fatal: true }, 'PP_STORE_TLS', 'certificate is for db.example'],
    ['a self-signed certificate', { code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'PP_STORE_TLS', 'certificate authority'],
    ['a name that the certificate lacks', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'PP_STORE_TLS', 'certificate'],
    ['a server without TLS', { code: 'HANDSHAKE_NO_SSL_SUPPORT', fatal: true }, 'PP_STORE_TLS', 'certificate'],
    ['plain text where TLS is demanded', { errno: 3159, sqlState: 'HY000' }, 'PP_STORE_TLS', 'certificate'],
    ['a text that is too long', { errno: 1406, sqlState: '22001' }, 'PP_STORE_DATA', ''],
    ['an invalid value', { errno: 1366, sqlState: 'HY000' }, 'PP_STORE_DATA', ''],
    ['a foreign key', { errno: 1452, sqlState: '23000' }, 'PP_STORE_DATA', ''],
    ['no partition', { errno: 1526, sqlState: 'HY000' }, 'PP_STORE_DATA', ''],
    ['a trigger', { errno: 1644, sqlState: '45000' }, 'PP_STORE_DATA', ''],
    ['no such table', { errno: 1146, sqlState: '42S02' }, 'PP_STORE_SCHEMA', ''],
    ['too many connections of a user', { errno: 1203, sqlState: '42000' }, 'PP_STORE_UNAVAILABLE', ''],
    ['a full disk', { errno: 1114, sqlState: 'HY000' }, 'PP_STORE_UNAVAILABLE', ''],
    ['a primary that was replaced', { errno: 1290, sqlState: 'HY000' }, 'PP_STORE_UNAVAILABLE', 'connect to the server that accepts writes (the primary)'],
    ['a wrong password without TLS', { errno: 1045, sqlState: '28000' }, 'PP_STORE_AUTH', 'require_secure_transport'],
    ['a lost connection', { code: 'PROTOCOL_CONNECTION_LOST', fatal: true }, 'PP_STORE_UNAVAILABLE', ''],
    ['a refused connection', { code: 'ECONNREFUSED', syscall: 'connect', errno: -111 }, 'PP_STORE_UNAVAILABLE', ''],
    ['a closed connection', { fatal: true }, 'PP_STORE_UNAVAILABLE', '']
  ] as const) {
    test(`calls ${what} ${code}`, () => {
      const cause = Object.assign(new Error('as the server says'), properties)
      const err = asStoreError(cause, TARGET)

      assert.ok(isProbeError(err, code), String(err))
      assert.equal(err.cause, cause)
      assert.ok(err.message.startsWith('database probe@db.example:3306/nodes: as the server says'))
      assert.ok(err.message.includes(wayOut), err.message)
    })
  }

  test('puts an IPv6 address in brackets', () => {
    const err = asStoreError(Object.assign(new Error('gone'), { fatal: true }), { ...TARGET, host: '::1' })

    assert.ok(isProbeError(err, 'PP_STORE_UNAVAILABLE') && err.message.startsWith('database probe@[::1]:3306/nodes: gone'), String(err))
  })

  test('tells each address that was tried of a name that has several', () => {
    const tried = ['::1', '127.0.0.1'].map(address => Object.assign(new Error(`connect ECONNREFUSED ${address}:3306`), { code: 'ECONNREFUSED', syscall: 'connect' }))
    const err = asStoreError(Object.assign(new AggregateError(tried), { code: 'ECONNREFUSED', fatal: true }), TARGET)

    assert.ok(isProbeError(err, 'PP_STORE_UNAVAILABLE') && err.message.includes('ECONNREFUSED ::1:3306') && err.message.includes('ECONNREFUSED 127.0.0.1:3306'), String(err))
  })

  test('calls by its code each error that the driver has a name for', () => {
    const expected = {
      AUTH_SWITCH_PLUGIN_ERROR: 'PP_STORE_AUTH',
      ETIMEDOUT: 'PP_STORE_UNAVAILABLE',
      HANDSHAKE_NO_SSL_SUPPORT: 'PP_STORE_TLS',
      HANDSHAKE_SSL_ERROR: 'PP_STORE_TLS',
      HANDSHAKE_UNKNOWN_ERROR: 'PP_STORE_UNAVAILABLE',
      MYSQL_CLEAR_PASSWORD_NOT_ENABLED: 'PP_STORE_AUTH',
      PROTOCOL_CONNECTION_LOST: 'PP_STORE_UNAVAILABLE',
      PROTOCOL_ERROR: 'PP_STORE_UNAVAILABLE',
      PROTOCOL_SEQUENCE_TIMEOUT: 'PP_STORE_UNAVAILABLE',
      PROTOCOL_UNEXPECTED_PACKET: 'PP_STORE_UNAVAILABLE'
    }

    assert.deepEqual(Object.fromEntries(driverCodes().map(code => [code, (asStoreError(Object.assign(new Error(''), { code }), TARGET) as Partial<ProbeError>).code])), expected)
  })

  test('lets pass what is not of the driver', () => {
    for (const err of [new TypeError('bug'), new ProbeError('PP_STORE_DATA', 'known'), 'text', undefined]) {
      assert.equal(asStoreError(err, TARGET), err)
    }
  })
})
