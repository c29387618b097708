// What krew installs, built here and unpacked where nothing else of this repository is: it runs, against a real API server.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { ClusterRig, missingCluster, probeOf } from '../../support/cluster/cluster-rig.ts'
import { TempFolder } from '../../support/temp-folder.ts'

const BUILD = fileURLToPath(new URL('../../../scripts/release/build-plugin.ts', import.meta.url))
const TAG = 'v1.2.3'

interface Manifest { spec: { version: string, platforms: { uri: string, sha256: string, bin: string }[] } }

suite('the archive of kubectl peerprobe', missingCluster === undefined ? {} : { skip: missingCluster }, () => {
  const stack = new AsyncDisposableStack()
  const folder = stack.use(new TempFolder())
  const unpacked = folder.file('unpacked')
  const build = (into: string): void => {
    execFileSync(process.execPath, [BUILD, folder.file(into), TAG], { env: { ...process.env, SOURCE_DATE_EPOCH: '1700000000' }, stdio: ['ignore', 'pipe', 'pipe'] })
  }
  const archiveOf = (name: string): Buffer => readFileSync(folder.file(`${name}/kubectl-peerprobe.tar.gz`))
  let rig: ClusterRig
  let manifest: Manifest

  before(async () => {
    build('built')
    manifest = parse(readFileSync(folder.file('built/peerprobe.yaml'), 'utf8')) as Manifest
    mkdirSync(unpacked)
    execFileSync('tar', ['-xzf', folder.file('built/kubectl-peerprobe.tar.gz'), '-C', unpacked])
    rig = stack.use(await ClusterRig.open({ strimzi: false }))
    await rig.namespace('lab')
    await rig.probe('lab')
  })
  after(async () => {
    await stack.disposeAsync()
  })

  const run = (program: string, args: readonly string[]): { status: number | null, stdout: string, stderr: string } => {
    const PATH = `${unpacked}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`

    return spawnSync(`${unpacked}/${program}`, args, { encoding: 'utf8', cwd: unpacked, env: { PATH, HOME: folder.path, KUBECONFIG: rig.plane.kubeconfig } })
  }

  test('is what the manifest says: of the tag, with its checksum', () => {
    const [{ uri, sha256 }] = manifest.spec.platforms as [Manifest['spec']['platforms'][number]]

    assert.equal(manifest.spec.version, TAG)
    assert.match(uri, /\/v1\.2\.3\/kubectl-peerprobe\.tar\.gz$/)
    assert.equal(sha256, createHash('sha256').update(archiveOf('built')).digest('hex'))
  })

  test('is the same when it is built again', () => {
    build('again')

    assert.ok(archiveOf('again').equals(archiveOf('built')))
  })

  test('runs as the manifest names it, with the packages that it brings', () => {
    const { bin } = manifest.spec.platforms[0]!
    const { status, stdout, stderr } = run(bin, ['status', 'amino', '-n', 'lab', '-o', 'json'])

    assert.equal(stderr, '')
    assert.equal(status, 0)
    assert.match(stdout, /"amino"/)
    writeFileSync(folder.file('amino.yaml'), JSON.stringify(probeOf('lab')))
    const plan = run(bin, ['plan', '-f', folder.file('amino.yaml')])
    assert.match(plan.stdout, /Deployment/, plan.stderr)
    assert.match(run('kubectl_complete-peerprobe', ['status', '-n', 'lab', '']).stdout, /^amino\b/)
  })

  test('says which Node it needs where that is older', () => {
    const script = readFileSync(`${unpacked}/kubectl-peerprobe`, 'utf8').replace('process.versions.node', '\'22.1.0\'').replace('#!/usr/bin/env node', '')
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' })

    assert.equal(status, 1)
    assert.match(stderr, /^kubectl peerprobe needs Node\.js 24\.12 or later, and this is v/)
  })

  test('has no source, no types and nothing of the tests', () => {
    const files = execFileSync('tar', ['-tzf', folder.file('built/kubectl-peerprobe.tar.gz')], { encoding: 'utf8' }).trim().split('\n')

    assert.ok(files.length > 100)
    assert.deepEqual(files.filter(file => /\.(?:ts|map)$|^(?:test|scripts)\//.test(file)), [])
  })
})
