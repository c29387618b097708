import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { parse } from 'yaml'
import { convertFiles } from '../../../cli/convert/convert-files.ts'
import { runCli } from '../../support/cli/run-cli.ts'
import { TempFolder } from '../../support/temp-folder.ts'

const CONFIG = '{"Database": {"Host": "db", "Database": "ipfs", "User": "kubo", "Password": "pa55: {"}, "Kafka": {"Brokers": ["one:9092"]}} // ours'

suite('peerprobe convert', () => {
  test('writes a manifest, and a Secret that only its owner reads', async () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('config.json'), CONFIG)
    const { code, stdout, stderr } = await runCli(['convert', 'config.json', '--name', 'amino'], { cwd: folder.path })

    assert.equal(code, 0, stderr)
    assert.match(stdout, /^amino\.yaml: the PeerProbe\namino-secret\.yaml: the Secret [^]*Next: kubectl apply -f amino-secret\.yaml -f amino\.yaml\n$/)
    assert.ok(![stdout, stderr, readFileSync(folder.file('amino.yaml'), 'utf8')].some(text => text.includes('pa55')))
    assert.equal(statSync(folder.file('amino-secret.yaml')).mode & 0o777, 0o600)
    assert.deepEqual((parse(readFileSync(folder.file('amino-secret.yaml'), 'utf8')) as { stringData: object }).stringData, { username: 'kubo', password: 'pa55: {' })
  })

  test('keeps files that exist, and leaves nothing behind when one does', async () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('config.json'), CONFIG)
    writeFileSync(folder.file('amino-secret.yaml'), 'mine')
    await assert.rejects(convertFiles(folder.file('config.json'), folder.path, { name: 'amino', network: 'ipfs', sideBySide: false }), { code: 'PP_CONFIG_INVALID', message: /amino-secret\.yaml exists already: remove it, or give another --out or --name/ })

    assert.deepEqual(readdirSync(folder.path).sort(), ['amino-secret.yaml', 'config.json'])
    assert.equal(readFileSync(folder.file('amino-secret.yaml'), 'utf8'), 'mine')
  })

  test('ends with 64 and the path for a file that cannot be read, and a network that is unknown', async () => {
    using folder = new TempFolder()
    const missing = await runCli(['convert', 'nowhere.json'], { cwd: folder.path })
    assert.equal(missing.code, 64)
    assert.match(missing.stderr, /nowhere\.json/)
    writeFileSync(folder.file('config.json'), CONFIG)
    const unknown = await runCli(['convert', 'config.json', '--network', 'ipsf'], { cwd: folder.path })
    assert.equal(unknown.code, 64, unknown.stderr)
    assert.match(unknown.stderr, /ipsf/)
  })
})
