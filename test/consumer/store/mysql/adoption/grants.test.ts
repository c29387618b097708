import assert from 'node:assert/strict'
import { test } from 'node:test'
import { grantsCover } from '../../../../../consumer/store/mysql/adoption/grants.ts'
import { MARIADB, MYSQL, ScriptedConnection } from '../../../../support/consumer/scripted-connection.ts'

const covered = async (lines: string[], database: string): Promise<string[]> =>
  [...await grantsCover(new ScriptedConnection(() => lines.map(line => [line]), MARIADB).asConnection, database, ['TRIGGER', 'EXECUTE'])]

test('grantsCover reads grants on all, on the database, and on a pattern of names', async () => {
  assert.deepEqual(await covered(['GRANT USAGE ON *.* TO `u`@`%`', 'GRANT SELECT, TRIGGER ON `d`.* TO `u`@`%`'], 'd'), ['TRIGGER'])
  assert.deepEqual(await covered(['GRANT ALL PRIVILEGES ON *.* TO `root`@`%` WITH GRANT OPTION'], 'd'), ['TRIGGER', 'EXECUTE'])
  assert.deepEqual(await covered(['GRANT ALL PRIVILEGES ON `a\\_%`.* TO `u`@`%`'], 'a_b'), ['TRIGGER', 'EXECUTE'])
  assert.deepEqual(await covered(['GRANT ALL PRIVILEGES ON `a\\_%`.* TO `u`@`%`'], 'axb'), [])
  assert.deepEqual(await covered(['GRANT ALL PRIVILEGES ON `a_c`.* TO `u`@`%`', 'GRANT TRIGGER ON `abc`.`t` TO `u`@`%`'], 'abd'), [])
})

test('grantsCover takes revoked privileges away', async () => {
  assert.deepEqual(await covered(['GRANT ALL PRIVILEGES ON *.* TO `u`@`%`', 'REVOKE TRIGGER ON `d`.* FROM `u`@`%`'], 'd'), ['EXECUTE'])
})

test('grantsCover names the roles of the session to MySQL', async () => {
  for (const [role, asked] of [['`r`@`%`', 'SHOW GRANTS FOR CURRENT_USER() USING `r`@`%`'], ['NONE', 'SHOW GRANTS']] as const) {
    const server = new ScriptedConnection(statement => statement.startsWith('SELECT') ? [[role]] : [], MYSQL)
    await grantsCover(server.asConnection, 'd', [])

    assert.equal(server.statements.at(-1), asked)
  }
})
