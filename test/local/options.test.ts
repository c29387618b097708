import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { runOptionsOf, withRunOptions } from '../../local/options.ts'
import type { LocalOptions } from '../../local/options.ts'

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))
const run = (...args: string[]): { status: number | null, stderr: string, stdout: string } => spawnSync(process.execPath, [main, 'run', ...args], { encoding: 'utf8' })

const parseOptions = (args: readonly string[]): LocalOptions => runOptionsOf(withRunOptions(new Command()).parse([...args], { from: 'user' }))

suite('the command line', () => {
  test('asks for a practice network when nothing is given', () => {
    assert.deepEqual(parseOptions([]), { manifestPath: undefined, devnet: 'js', once: false, forMs: undefined, dataDir: undefined, secretsDir: undefined, json: false, embedded: false, listen: '::' })
  })

  test('accepts a manifest, a duration and a folder', () => {
    assert.equal(parseOptions(['--log-limit', '512']).logMaxBytes, 536_870_912)
    assert.equal(parseOptions(['--places', 'geo']).placesDir, 'geo')
    assert.deepEqual(parseOptions(['amino.yaml', '--once', '--for', '90s', '--data', 'here', '--secrets', 'keys', '--json']), { manifestPath: 'amino.yaml', devnet: 'js', once: true, forMs: 90_000, dataDir: 'here', secretsDir: 'keys', json: true, embedded: false, listen: '::' })
  })

  test('accepts a network in place of a manifest', () => {
    assert.deepEqual(parseOptions(['--network', 'ipfs']).network, { name: 'ipfs', bootstrapPeers: [] })
    assert.deepEqual(parseOptions(['--bootstrap', '/a', '--bootstrap', '/b', '--addresses', 'Any']).network, { addresses: 'Any', bootstrapPeers: ['/a', '/b'] })
  })

  test('asks for go-libp2p hosts by --devnet go', () => {
    assert.equal(parseOptions(['--devnet', 'go']).devnet, 'go')
  })

  test('accepts an address to listen on in any notation', () => {
    for (const [given, meant] of [['::ffff:127.0.0.1', '127.0.0.1'], ['::ffff:7f00:1', '127.0.0.1'], ['0:0:0:0:0:0:0:0', '::'], ['0.0.0.0', '0.0.0.0'], ['::1', '::1']]) {
      assert.equal(parseOptions(['--listen', given!]).listen, meant)
    }
  })

  test('reports a mistake and exits with a failure', () => {
    for (const [args, words] of [[['--for', 'soon'], /must be a duration/], [['--devnet', 'rust'], /Allowed choices are js, go/], [['--fro', '1s'], /unknown option '--fro'/], [['a.yaml', 'b.yaml'], /too many arguments/], [['--data', ''], /--data.*must not be empty/], [['--secrets='], /--secrets.*must not be empty/], [[''], /must not be empty/], [['--listen', ''], /--listen/], [['--listen', '::1%lo'], /--listen.*without a zone/], [['a.yaml', '--network', 'ipfs'], /give either a manifest, or --network/], [['--addresses', 'Any'], /--addresses needs --network/], [['--network', 'ipfs', '--devnet', 'js'], /cannot be used with/], [['--network', ''], /--network.*must not be empty/]] as const) {
      const { status, stderr } = run(...args)
      assert.notEqual(status, 0)
      assert.match(stderr, words)
    }
  })

  test('explains itself', () => {
    const { status, stdout } = run('--help')
    assert.equal(status, 0)
    for (const word of ['manifest', '--once', '--for', '--data', '--json', '--embedded']) {
      assert.ok(stdout.includes(word))
    }
  })
})
