// The npm package as somebody gets it: packed, unpacked below node_modules, with the packages that it asks for and no others.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { EmbeddedBus } from '../../core/bus/embedded/embedded-bus.ts'
import { createLogger } from '../../core/process/logger.ts'
import { systemClock } from '../../core/time/clock.ts'
import { TempFolder } from '../support/temp-folder.ts'
import type { ConsumerConfigInput } from '../../core/contracts/process-config.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

interface Manifest { version: string, bin: Record<string, string>, dependencies: Record<string, string> }

suite('the npm package', () => {
  const folder = new TempFolder()
  const at = folder.file('node_modules/peerprobe')
  let manifest: Manifest

  before(() => {
    execFileSync(process.execPath, [join(ROOT, 'scripts/release/build-package.ts'), folder.file('built')], { stdio: ['ignore', 'pipe', 'pipe'] })
    mkdirSync(at, { recursive: true })
    const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder.path], { cwd: folder.file('built'), encoding: 'utf8' }).trim()
    execFileSync('tar', ['-xzf', folder.file(packed), '-C', at, '--strip-components=1'])
    manifest = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')) as Manifest

    for (const name of Object.keys(manifest.dependencies)) {
      mkdirSync(dirname(folder.file(`node_modules/${name}`)), { recursive: true })
      symlinkSync(join(ROOT, 'node_modules', name), folder.file(`node_modules/${name}`))
    }
  })
  after(() => {
    folder[Symbol.dispose]()
  })

  const run = (command: string, args: readonly string[], env: Record<string, string> = {}): { status: number | null, stdout: string, stderr: string } =>
    spawnSync(join(at, manifest.bin[command] ?? ''), args, { encoding: 'utf8', cwd: folder.path, env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, ...env } })

  test('has commands that run as they are', () => {
    assert.deepEqual(Object.keys(manifest.bin), ['kubectl-peerprobe', 'kubectl_complete-peerprobe', 'peerprobe'])
    execFileSync('chmod', ['+x', join(at, manifest.bin['kubectl_complete-peerprobe']!)]) // as npm does
    assert.equal(run('kubectl_complete-peerprobe', ['bun']).stdout.split('\t')[0], 'bundle')

    for (const command of ['kubectl-peerprobe', 'peerprobe']) {
      execFileSync('chmod', ['+x', join(at, manifest.bin[command]!)]) // as npm does
      const { status, stdout, stderr } = run(command, ['--help'])

      assert.equal(status, 0, stderr)
      assert.match(stdout, /^Usage: /)
    }
  })

  test('cares for the embedded log of a run', async () => {
    const { signal } = new AbortController()
    await using bus = await EmbeddedBus.open({ log: createLogger({ level: 'silent' }), clock: systemClock }, { path: folder.file('bus.db') }, signal)

    for (const name of ['t', 't-dead-letters']) {
      await bus.ensureTopic({ name, partitions: 1, retentionMs: 3_600_000 }, signal)
    }
    await bus.publish('t', [{ key: 'k', value: Buffer.from('waits'), headers: {} }], signal)
    writeFileSync(folder.file('consumer.json'), JSON.stringify({
      bus: { embedded: { path: folder.file('bus.db') } },
      topic: 't',
      deadLetterTopic: 't-dead-letters',
      group: 'g',
      store: { sqlite: { path: folder.file('store.db') } }
    } satisfies ConsumerConfigInput))
    const { status, stdout, stderr } = run('peerprobe', ['offsets', 'describe'], { PEERPROBE_CONFIG: folder.file('consumer.json') })

    assert.equal(status, 0, stderr)
    assert.match(stdout, /^TOPIC.*LAG\nt +0 .* 1\b/)
  })

  test('crawls, and shows what was found, without anything but the package', () => {
    const crawl = run('peerprobe', ['run', '--once', '--data', folder.file('run')])
    assert.equal(crawl.status, 0, crawl.stderr)
    assert.match(crawl.stdout, /Crawl of devnet by scan main: finished/)

    const networks = run('peerprobe', ['networks'])
    assert.equal(networks.status, 0, networks.stderr)
    assert.match(networks.stdout, /^ipfs /m)
  })

  test('holds no source and nothing of the tests', () => {
    const files = execFileSync('tar', ['-tzf', folder.file(`peerprobe-${manifest.version}.tgz`)], { encoding: 'utf8' }).trim().split('\n')

    assert.ok(files.length > 50)
    assert.deepEqual(files.filter(file => /\.ts$|\/test\/|\/scripts\//.test(file)), [])
  })
})
