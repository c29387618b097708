import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import { SCHEMA_NAMES } from '../../../cli/describe/schema-names.ts'
import { schemaText } from '../../../cli/describe/schema-text.ts'
import { presetNames, resolveNetwork } from '../../../crawler/networks/presets.ts'
import { runCli } from '../../support/cli/run-cli.ts'

suite('networks', () => {
  test('lists every preset, and with --json all that is known about it', async () => {
    const { stdout } = await runCli(['networks', '--json'])
    const rows = stdout.trim().split('\n').map(line => JSON.parse(line) as { name: string, protocols: string[] })

    assert.deepEqual(rows.map(({ name }) => name), presetNames())
    assert.deepEqual(rows[0]?.protocols, resolveNetwork({ preset: 'ipfs' }).protocols)
    assert.match((await runCli(['networks'])).stdout, /^NAME +BOOTSTRAP PEERS +PROTOCOLS\nipfs +6 +\/ipfs\/kad\/1\.0\.0\n/)
  })
})

suite('schema', () => {
  test('of messages is the published one', async () => {
    for (const name of ['visit', 'crawl', 'neighbours', 'neighbours-end'] as const) {
      const published = JSON.parse(readFileSync(new URL(`../../../docs/reference/${name}.schema.json`, import.meta.url), 'utf8')) as Record<string, unknown>
      assert.deepEqual({ $id: published['$id'], ...JSON.parse(await schemaText(name)) as object }, published)
    }
  })

  test('of tables makes the same tables', async () => {
    using database = new DatabaseSync(':memory:')
    database.exec(await schemaText('sqlite'))

    assert.equal(database.prepare('SELECT count(*) AS n FROM visit_detail').get()?.['n'], 0)
    assert.match(await schemaText('mysql'), /CREATE TABLE IF NOT EXISTS node_info/)
  })

  test('exists by every name, and other names are refused', async () => {
    for (const name of SCHEMA_NAMES) {
      assert.ok((await schemaText(name)).length > 100, name)
    }
    const { code, stderr } = await runCli(['schema', 'visits'])
    assert.equal(code, 64)
    assert.match(stderr, /Allowed choices are visit, crawl/)
  })
})
