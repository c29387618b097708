import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { findSource } from '../../../cli/source/find-source.ts'
import { runCli } from '../../support/cli/run-cli.ts'
import { fillRunFolder } from '../../support/cli/run-folder.ts'
import { TempFolder } from '../../support/temp-folder.ts'

const NO_ENV = {}
const mysql = { host: 'db.example', database: 'ipfs_nodes', username: 'u', passwordFile: '/secrets/password' }
const consumer = { bus: { embedded: { path: '/x/bus.sqlite' } }, topic: 't', deadLetterTopic: 't-d', group: 'g', store: { mysql }, retention: { afterMs: 5_000 } }

suite('findSource', () => {
  test('takes the folder of a run, with the files that are in it now', async () => {
    using folder = new TempFolder()
    await fillRunFolder(folder.path)
    const source = await findSource({ data: folder.path }, NO_ENV)

    assert.ok(source.consumer)
    assert.deepEqual(source.store, { sqlite: { path: folder.file('peerprobe.sqlite') } })
    assert.deepEqual(source.consumer.bus, { embedded: { path: folder.file('bus.sqlite') } })
    assert.equal(source.consumer.group, 'ipfs-node-consumer')
    assert.equal(source.dumpFolder, undefined)
  })

  test('takes a SQLite file, and a folder without configurations', async () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('peerprobe.sqlite'), '')
    mkdirSync(folder.file('dumps'))

    assert.deepEqual(await findSource({ data: folder.file('peerprobe.sqlite') }, NO_ENV), { store: { sqlite: { path: folder.file('peerprobe.sqlite') } } })
    assert.deepEqual(await findSource({ data: folder.path }, NO_ENV), { store: { sqlite: { path: folder.file('peerprobe.sqlite') } }, dumpFolder: folder.file('dumps') })
  })

  test('takes the configuration of a consumer, and that of a job, also by PEERPROBE_CONFIG', async () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('consumer.json'), JSON.stringify(consumer))
    writeFileSync(folder.file('retention.json'), JSON.stringify({ store: { mysql }, afterMs: 7_000 }))
    const found = await findSource({ config: folder.file('consumer.json') }, NO_ENV)

    assert.equal(found.store.mysql?.host, 'db.example')
    assert.equal(found.consumer?.topic, 't')
    assert.equal(found.keepMs, 5_000)
    assert.equal((await findSource({}, { PEERPROBE_CONFIG: folder.file('retention.json') })).keepMs, 7_000)
    assert.equal((await findSource({ config: folder.file('retention.json') }, { PEERPROBE_CONFIG: '/nowhere' })).consumer, undefined)
  })

  test('takes the database server that a run used, though an older file is in its folder', async () => {
    using folder = new TempFolder()
    await fillRunFolder(folder.path)
    writeFileSync(folder.file('config/amino-consumer.json'), JSON.stringify(consumer))

    assert.equal((await findSource({ data: folder.path }, NO_ENV)).store.mysql?.host, 'db.example')
  })

  test('says what is missing or contradicts', async () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('bad.json'), JSON.stringify({ ...consumer, topik: 1 }))
    const table: [Parameters<typeof findSource>[0], RegExp][] = [
      [{ data: 'a', config: 'b' }, /only one of --data and --config/],
      [{ data: folder.file('absent') }, /--data: there is no .*absent/],
      [{ data: folder.path }, /no folder of a run: it has no peerprobe\.sqlite/],
      [{ config: folder.file('absent.json') }, /absent\.json: ENOENT/],
      [{ config: folder.file('bad.json') }, /topik: unknown field/]
    ]

    for (const [options, message] of table) {
      await assert.rejects(findSource(options, NO_ENV), { code: 'PP_CONFIG_INVALID', message })
    }
  })

  test('takes the only folder in .peerprobe, and asks which one when there are several', async () => {
    using folder = new TempFolder()
    await fillRunFolder(folder.file('.peerprobe/amino'))
    const env = { PEERPROBE_CONFIG: '' }
    assert.match((await runCli(['migrate'], { cwd: folder.path, env })).stdout, /those of this version already/)

    await fillRunFolder(folder.file('.peerprobe/other'))
    const { code, stderr } = await runCli(['migrate'], { cwd: folder.path, env })
    assert.equal(code, 64)
    assert.match(stderr, /give --data with one of \.peerprobe\/amino, \.peerprobe\/other \(PP_CONFIG_INVALID\)\n$/)

    using empty = new TempFolder()
    assert.match((await runCli(['migrate'], { cwd: empty.path, env })).stderr, /give --data or --config/)
  })
})
