// Who answers in the place of the database, with every way to ask for the password: he gets nothing that he could use.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { MysqlStore } from '../../../../../consumer/store/mysql/mysql-store.ts'
import { authPluginsFor, authRefusalOf } from '../../../../../consumer/store/mysql/server/authentication.ts'
import { MysqlConnection } from '../../../../../consumer/store/mysql/server/connection.ts'
import { isProbeError } from '../../../../../core/errors.ts'
import { systemClock } from '../../../../../core/time/clock.ts'
import { FakeMysqlServer, KEY, moreData, nextFactor, switchTo } from '../../../../support/servers/fake-mysql-server.ts'
import { TempFolder } from '../../../../support/temp-folder.ts'
import type { MysqlConfig } from '../../../../../core/contracts/process-config.ts'
import type { FakeLogin } from '../../../../support/servers/fake-mysql-server.ts'

const PASSWORD = 'a password that nobody else may read'
const SSL = 0x800
const SEVERAL_FACTORS = 0x1000_0000
const OFFERED = ['mysql_native_password', 'caching_sha2_password', 'sha256_password', 'mysql_clear_password', 'mysql_old_password', 'dialog', ''] as const

const key = moreData(KEY.publicKey)
const full = moreData(Buffer.of(4))

const ASKS: [name: string, steps: readonly Buffer[], says: RegExp][] = [
  ['caching_sha2_password and full authentication', [switchTo('caching_sha2_password'), full, key], /allowPublicKeyRetrieval: true/],
  ['sha256_password', [switchTo('sha256_password'), key], /allowPublicKeyRetrieval: true/],
  ['mysql_clear_password', [switchTo('mysql_clear_password')], /in clear text .* never sent: give the user caching_sha2_password/],
  ['first a proof, then sha256_password', [switchTo('mysql_native_password'), switchTo('sha256_password'), key], /allowPublicKeyRetrieval: true/],
  ['first a proof, then mysql_clear_password', [switchTo('caching_sha2_password'), switchTo('mysql_clear_password')], /never sent/],
  ['mysql_clear_password as a second factor', [nextFactor('mysql_clear_password')], /never sent/],
  ['sha256_password as a second factor', [nextFactor('sha256_password'), key], /allowPublicKeyRetrieval: true/],
  ['the old switch to mysql_old_password', [Buffer.of(0xfe)], /give the user caching_sha2_password/],
  ['mysql_old_password by name', [switchTo('mysql_old_password')], /the server asks for mysql_old_password, which PeerProbe does not support/],
  ['a dialog', [switchTo('dialog')], /the server asks for dialog/],
  ['a plugin with an invalid name', [switchTo('__proto__')], /the server asks for __proto__/],
  ['a plugin whose name controls a terminal', [switchTo('\u001B[2Jx')], /the server asks for \\u\{1b\}\[2Jx/]
]

// What a server may send without having asked for a way to authenticate.
const UNASKED: [name: string, steps: readonly Buffer[]][] = [
  ['full authentication at once', [full, key]],
  ['a key at once', [key, key]],
  ['a key instead of a word', [switchTo('caching_sha2_password'), key]],
  ['a switch without random bytes', [Buffer.concat([Buffer.of(0xfe), Buffer.from('sha256_password\0')]), key]],
  ['a damaged key', [switchTo('sha256_password'), moreData('-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n')]]
]

async function attempt (login: FakeLogin, overrides: Partial<MysqlConfig> = {}): Promise<{ err: unknown, learnt: boolean, packets: number }> {
  using folder = new TempFolder()
  writeFileSync(folder.file('password'), PASSWORD)
  await using server = await FakeMysqlServer.open(login)
  const config = { host: '127.0.0.1', port: server.port, database: 'nodes', username: 'probe', passwordFile: folder.file('password'), maxOpenConns: 1, maxIdleConns: 1, ...overrides }
  const err = await MysqlConnection.open(systemClock, config).then(() => undefined, (err: unknown) => err)

  return { err, learnt: server.learnt(PASSWORD), packets: server.received.length }
}

suite('a server that wants the password', () => {
  for (const [name, steps, says] of ASKS) {
    test(`gets nothing by ${name}, whatever it offered first, and the error says what to do`, async () => {
      for (const offered of OFFERED) {
        const { err, learnt } = await attempt({ offered, steps, capabilities: SEVERAL_FACTORS })

        assert.equal(learnt, false, offered)
        assert.ok(isProbeError(err, 'PP_STORE_AUTH'), `${offered}: ${String(err)}`)
        assert.match(err.message, says)
        assert.doesNotMatch(err.message, /a password that/)
      }
    })
  }

  for (const [name, steps] of UNASKED) {
    test(`gets nothing by ${name}`, async () => {
      for (const offered of OFFERED) {
        const { err, learnt } = await attempt({ offered, steps })

        assert.equal(learnt, false, offered)
        assert.ok(isProbeError(err), `${offered}: ${String(err)}`)
      }
    })
  }

  test('gets not even a proof where TLS is asked for: it has no TLS, or no certificate that was signed', async () => {
    for (const capabilities of [0, SSL]) {
      const { err, learnt, packets } = await attempt({ offered: 'caching_sha2_password', capabilities, steps: [full, key] }, { tls: {} })

      assert.ok(isProbeError(err, 'PP_STORE_TLS'), String(err))
      assert.deepEqual([learnt, packets <= 1], [false, true])
    }
  })

  test('reads it where the resource allows its key, as it says: the fake server knows how', async () => {
    for (const steps of [[switchTo('sha256_password'), key], [switchTo('caching_sha2_password'), full, key]]) {
      assert.equal((await attempt({ offered: 'mysql_native_password', steps }, { allowPublicKeyRetrieval: true })).learnt, true)
    }
    assert.equal((await attempt({ offered: 'caching_sha2_password', steps: [switchTo('mysql_clear_password')] }, { allowPublicKeyRetrieval: true })).learnt, false)
  })

  test('gets nothing through the store that consumers and the jobs open', async () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('password'), PASSWORD)
    await using server = await FakeMysqlServer.open({ offered: 'caching_sha2_password', steps: [switchTo('sha256_password'), key] })
    const mysql = { host: '127.0.0.1', port: server.port, database: 'nodes', username: 'probe', passwordFile: folder.file('password'), maxOpenConns: 1, maxIdleConns: 1 }

    await assert.rejects(MysqlStore.open({ clock: systemClock }, { mysql, coalesceWindowMs: 0 }), { code: 'PP_STORE_AUTH' })
    assert.equal(server.learnt(PASSWORD), false)
  })
})

test('the driver\'s own ways stay where TLS proves the server, or its key is allowed', () => {
  assert.deepEqual(authPluginsFor({ tls: {} }), {})
  assert.deepEqual(authPluginsFor({ allowPublicKeyRetrieval: true }), {})
  for (const allowPublicKeyRetrieval of [undefined, false]) {
    assert.deepEqual(Object.keys(authPluginsFor({ allowPublicKeyRetrieval }).authPlugins ?? {}), ['caching_sha2_password', 'sha256_password'])
  }
})

test('a refusal of the server is not one of the driver', () => {
  assert.equal(authRefusalOf(Object.assign(new Error('Access denied'), { code: 'ER_ACCESS_DENIED_ERROR' })), undefined)
  assert.match(authRefusalOf(Object.assign(new Error('broken'), { code: 'AUTH_SWITCH_PLUGIN_ERROR' })) ?? '', /^broken: give the user caching_sha2_password/)
})
