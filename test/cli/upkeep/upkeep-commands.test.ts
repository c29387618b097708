import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { migrate, migrationLines } from '../../../cli/upkeep/migrate.ts'
import { removeOldRows } from '../../../cli/upkeep/remove-old-rows.ts'
import { runCli } from '../../support/cli/run-cli.ts'
import { fillRunFolder } from '../../support/cli/run-folder.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import type { AdoptionReport } from '../../../consumer/store/model/node-store.ts'

const { signal } = new AbortController()

suite('migrate', () => {
  test('creates the tables, then says that nothing is to be done', async (t) => {
    using folder = new TempFolder()
    await fillRunFolder(folder.path)
    assert.equal((await runCli(['migrate', '--data', folder.path])).stdout, 'the tables are those of this version already\n')
    assert.deepEqual(JSON.parse((await runCli(['migrate', '--data', folder.path, '--json'])).stdout), { applied: [] })

    const written: string[] = []
    t.mock.method(process.stdout, 'write', (text: string) => written.push(text) > 0)
    await migrate({ data: folder.path }, { json: false }, signal)
    t.mock.restoreAll()
    assert.deepEqual(written, ['the tables are those of this version already\n'])
  })

  test('says what was taken over, with texts of the database escaped', () => {
    const adopted: AdoptionReport = {
      nodes: 5,
      nodesWithoutId: 0,
      nodesWithoutTime: 2,
      duplicateNodes: 0,
      nodesWithCutTexts: 0,
      addresses: 9,
      duplicateAddresses: 1,
      orphanAddresses: 0,
      refusedAddresses: 0,
      addressesWithoutTime: 0,
      programs: [{ kind: 'EVENT', name: '`a\u{1b}`', what: 'x', canWrite: false, isActive: true, retire: 'DROP EVENT a' }],
      unseen: ['GRANT EVENT'],
      keptTables: ['adopted_node_info']
    }

    assert.deepEqual(migrationLines({ applied: [1, 2], adopted }), [
      'migrations applied: 1, 2',
      'taken over from an earlier program: 5 peers, 9 addresses',
      'rows that were not taken over, or were changed:',
      '  nodesWithoutTime: 2',
      '  duplicateAddresses: 1',
      'the old tables are kept as adopted_node_info',
      'other programs in the database: EVENT `a\\u{1b}`',
      'what this user cannot see must be checked by an administrator: GRANT EVENT'
    ])
    assert.match(migrationLines({ applied: [], writers: adopted.programs }).join('\n'), /drop each with:\n {2}DROP EVENT a/)
  })
})

suite('retention', () => {
  test('removes what is older than its time, and says how much of which table', async () => {
    using folder = new TempFolder()
    await fillRunFolder(folder.path)
    const { code, stdout } = await runCli(['retention', '--data', folder.path, '--after', '1h', '--json'])
    const { removed, rows } = JSON.parse(stdout) as { removed: number, rows: Record<string, number> }

    assert.equal(code, 0)
    assert.equal(rows['node_info'], 3)
    assert.equal(removed, Object.values(rows).reduce((sum, n) => sum + n, 0))
    assert.match((await runCli(['retention', '--data', folder.path, '--after', '1h'])).stdout, /^0 rows from before \S+ removed\n$/)
  })

  test('needs an age, and a valid one', async () => {
    using folder = new TempFolder()
    await fillRunFolder(folder.path)

    await assert.rejects(removeOldRows({ data: folder.path }, { afterMs: undefined, json: false }, signal), { code: 'PP_CONFIG_INVALID', message: /give --after/ })
    for (const after of ['0s', 'soon', '-1h']) {
      const { code, stderr } = await runCli(['retention', '--data', folder.path, '--after', after])
      assert.equal(code, 64)
      assert.match(stderr, /must be a duration/)
    }
  })
})
