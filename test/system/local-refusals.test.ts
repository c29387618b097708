import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { LocalRun } from '../support/local-run.ts'
import { missingNamespaces, runAlone } from '../support/network-namespace.ts'
import { TempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

const TEN_MISTAKES = `
apiVersion: peerprobe.dev/v1alpha1
kind: PeerProbe
metadata: {name: broken}
spec:
  scans:
    - name: Main Scan
      network: {preset: ipfs}
      colour: red
      active: {interval: ten minutes, concurrency: 0, strategy: Everything}
      addresses: {deny: [10.0.0.0/40], maxDialsPerIP: many}
  consumer: {replicas: -1, batch: {maxWait: 5}}
  retention: {after: 30d}
`
const TEN_FIELDS = ['spec.scans[0].name', 'spec.scans[0].colour', 'spec.scans[0].active.interval', 'spec.scans[0].active.concurrency', 'spec.scans[0].active.strategy', 'spec.scans[0].addresses.deny[0]', 'spec.scans[0].addresses.maxDialsPerIP', 'spec.consumer.replicas', 'spec.consumer.batch.maxWait', 'spec.retention.after']

suite('npm start refuses', () => {
  test('a manifest with ten mistakes with ten messages, each naming its field', async () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('probe.yaml'), TEN_MISTAKES)
    await using run = new LocalRun([folder.file('probe.yaml'), '--once'], { cwd: folder.path })
    const { code, stderr } = await run.ended
    const lines = stderr.split('\n').filter(line => line.startsWith('  '))

    assert.equal(code, 64)
    assert.equal(lines.length, 10, stderr)
    assert.deepEqual(lines.map(line => line.trim().split(': ')[0]).sort(), TEN_FIELDS.sort())
  })

  test('to crawl a public network without a network, in one sentence with the way out', (t) => {
    using folder = new TempFolder()
    const missing = missingNamespaces()

    if (missing !== undefined) {
      t.skip(missing)
      return
    }

    const amino = [process.execPath, `${root}cli/main.ts`, 'run', `${root}examples/amino.yaml`, '--data', folder.path]
    const { status, stderr } = runAlone(amino, { cwd: folder.path })

    assert.equal(status, 1)
    assert.match(stderr.trim(), /^peerprobe: no bootstrap peer of network ipfs could be contacted \([^)]+\)\. Check that this machine reaches the internet[^\n]+\(PP_NO_BOOTSTRAP\)$/)
  })

  const SMALL = `
apiVersion: peerprobe.dev/v1alpha1
kind: PeerProbe
metadata: {name: small}
spec:
  scans:
    - name: main
      addresses: {policy: Any}
      network: {name: small, bootstrapPeers: [/ip4/127.0.0.1/tcp/9/p2p/12D3KooWNvSZnPi3RrhrTwEY4LuuBeB6K6facKUCJcyWG1aoDd2p], protocols: [/small/kad/1.0.0]}
`

  const FAULTS: [string, (folder: TempFolder) => { args: string[], code: number, words: RegExp }][] = [
    ['a database that is no database, before anything starts', (folder) => {
      writeFileSync(folder.file('peerprobe.sqlite'), 'garbage '.repeat(1_000))
      return { args: ['--data', folder.path], code: 1, words: /^peerprobe: database [^\n]+peerprobe\.sqlite: file is not a database \(PP_FILE_UNUSABLE\)\n$/ }
    }],
    ['a log that is no database', (folder) => {
      writeFileSync(folder.file('bus.sqlite'), 'garbage '.repeat(1_000))
      return { args: ['--data', folder.path], code: 1, words: /^peerprobe: embedded log [^\n]+bus\.sqlite: file is not a database \(PP_FILE_UNUSABLE\)\n$/ }
    }],
    ['a lock that is no lock', (folder) => {
      writeFileSync(folder.file('lock.sqlite'), 'garbage '.repeat(1_000))
      return { args: ['--data', folder.path], code: 64, words: /^peerprobe: --data: [^\n]+lock\.sqlite cannot be used as the lock [^\n]+not a database[^\n]+\(PP_CONFIG_INVALID\)\n$/ }
    }],
    ['an address that is not this machine\'s', folder => (
      { args: ['--data', folder.path, '--listen', '192.0.2.1'], code: 64, words: /^peerprobe: --listen: no passive node can listen on 192\.0\.2\.1 [^\n]+\(PP_CONFIG_INVALID\)\n$/ }
    )],
    ['Secrets inside the folder of the run, and leaves them alone', (folder) => {
      mkdirSync(folder.file('secrets/db'), { recursive: true })
      writeFileSync(folder.file('secrets/db/password'), 'mine')
      return { args: ['--data', folder.path, '--secrets', folder.file('secrets')], code: 64, words: /^peerprobe: --secrets: [^\n]+\(PP_CONFIG_INVALID\)\n$/ }
    }]
  ]

  for (const [what, prepare] of FAULTS) {
    test(what, async () => {
      using folder = new TempFolder()
      using elsewhere = new TempFolder()
      writeFileSync(elsewhere.file('probe.yaml'), SMALL)
      const { args, code: wanted, words } = prepare(folder)
      const before = treeOf(folder.path)
      await using run = new LocalRun([elsewhere.file('probe.yaml'), '--once', ...args], { cwd: elsewhere.path })
      const { code, stderr } = await run.ended

      assert.match(stderr, words)
      assert.equal(code, wanted)
      assert.deepEqual(before.filter(path => !treeOf(folder.path).includes(path)), [])
    })
  }

  test('a log file as manifest with the first twenty of its problems', async () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('app.log'), Array.from({ length: 4_000 }, (_, i) => `2026-01-01T00:00:${String(i)} [info] \u001B[31mrequest: {a: [b} "x": 'y\t- @@ %%${'z'.repeat(20)}`).join('\n'))
    await using run = new LocalRun([folder.file('app.log'), '--once'], { cwd: folder.path })
    const { code, stderr } = await run.ended

    assert.equal(code, 64)
    assert.ok(stderr.length < 15_000 && !stderr.includes('\u001B'), String(stderr.length))
  })

  test('a folder that another run uses', async () => {
    using folder = new TempFolder()
    await using first = new LocalRun(['--data', folder.path], { cwd: folder.path })
    await until('the first run holds the folder', () => first.stdout.includes('starting'))
    await using second = new LocalRun(['--data', folder.path], { cwd: folder.path })
    const { code, stderr } = await second.ended

    assert.equal(code, 64)
    assert.match(stderr, /another run is using/)
  })
})

function treeOf (path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
}
