import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { dumpOptions, systemAuthorities } from '../../../consumer/backup/dump-options.ts'
import { MysqlConfig } from '../../../core/contracts/process-config.ts'
import { isProbeError } from '../../../core/errors.ts'
import { TempFolder } from '../../support/temp-folder.ts'

function configIn (temp: TempFolder, more: object = {}): MysqlConfig {
  writeFileSync(temp.file('password'), 'a"b\\c # d\n')

  return MysqlConfig.parse({ host: '[::1]', port: 3_307, database: 'd', username: 'us er', passwordFile: temp.file('password'), ...more })
}

suite('dumpOptions', () => {
  test('has user and password, and all that both programs need', async () => {
    using temp = new TempFolder()
    const text = await dumpOptions(configIn(temp), { authorities: '/a.pem', result: '/b/x.tmp' })

    for (const line of ['host="::1"', 'port=3307', 'user="us er"', 'password="a\\"b\\\\c # d"', 'single-transaction', 'no-tablespaces', 'loose-set-gtid-purged=OFF', 'loose-column-statistics=0', 'result-file="/b/x.tmp"', 'skip-ssl-verify-server-cert']) {
      assert.ok(text.split('\n').includes(line), line)
    }
    assert.doesNotMatch(text, /ssl-ca|VERIFY_IDENTITY/)
  })

  test('checks the certificate of the server where the configuration asks for TLS', async () => {
    using temp = new TempFolder()
    writeFileSync(temp.file('ca.crt'), systemAuthorities())
    const own = await dumpOptions(configIn(temp, { tls: { caFile: temp.file('ca.crt') } }), { authorities: '/a.pem' })
    const system = await dumpOptions(configIn(temp, { tls: {} }), { authorities: '/a.pem' })

    assert.ok(own.includes(`ssl-ca="${temp.file('ca.crt')}"`))
    assert.match(system, /ssl-ca="\/a\.pem"[^]*loose-ssl-mode=VERIFY_IDENTITY[^]*\[client-mariadb\]\nssl\nssl-verify-server-cert\n/)
    assert.match(systemAuthorities(), /^-----BEGIN CERTIFICATE-----/)
  })

  test('reports a password that cannot be read', async () => {
    using temp = new TempFolder()
    await assert.rejects(dumpOptions({ ...configIn(temp), passwordFile: temp.file('none') }, { authorities: '/a.pem' }), err => isProbeError(err, 'PP_STORE_AUTH'))
  })
})
