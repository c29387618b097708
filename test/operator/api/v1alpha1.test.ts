import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { parse } from 'yaml'
import { API_VERSION, GROUP, KIND, PeerProbe, PeerProbeSpec, ProbeName, VERSION } from '../../../operator/api/v1alpha1.ts'
import { problems, wrongFields } from './problems.ts'

const scan = { name: 'main', network: { preset: 'ipfs' } }

suite('PeerProbe', () => {
  test('needs no more than a name and a scan', () => {
    const probe = PeerProbe.parse({ apiVersion: API_VERSION, kind: KIND, metadata: { name: 'amino' }, spec: { scans: [scan] } })

    assert.equal(probe.metadata.namespace, 'default')
    assert.equal(probe.spec.suspend, false)
    assert.equal(probe.spec.kafka, undefined)
    assert.equal(probe.spec.scans[0]?.passive.enabled, true)
    assert.equal(API_VERSION, `${GROUP}/${VERSION}`)
  })

  test('has from one to 32 scans, whose names differ', () => {
    assert.deepEqual(wrongFields(PeerProbeSpec, {}), ['scans'])
    assert.deepEqual(wrongFields(PeerProbeSpec, { scans: [] }), ['scans'])
    assert.deepEqual(wrongFields(PeerProbeSpec, { scans: Array.from({ length: 33 }, (_, i) => ({ ...scan, name: `s${String(i)}` })) }), ['scans'])
    assert.deepEqual(problems(PeerProbeSpec, { scans: [scan, { ...scan, name: 'other' }, scan] }), ['scans: names must be unique: main'])
  })

  test('reports every unknown field', () => {
    const probe = { apiVersion: 'peerprobe.dev/v1', kind: 'Probe', metadata: { name: 'Amino', uid: 1 }, spec: { scans: [{ ...scan, strategy: 'Census' }], mysqll: {} }, status: {} }

    assert.deepEqual(wrongFields(PeerProbe, probe).sort(), ['apiVersion', 'kind', 'metadata.name', 'metadata.uid', 'spec.mysqll', 'spec.scans[0].strategy', 'status'])
  })

  test('has a folder for the files of edges that a scan asks for', () => {
    const active = { strategy: 'Topology', neighbours: true }

    assert.deepEqual(wrongFields(PeerProbeSpec, { scans: [scan, { ...scan, name: 'map', active }] }), ['consumer.dump.enabled'])
    assert.deepEqual(wrongFields(PeerProbeSpec, { scans: [{ ...scan, active }], consumer: { dump: { enabled: true } } }), [])
    assert.deepEqual(wrongFields(PeerProbeSpec, { scans: [{ ...scan, active: { ...active, enabled: false } }] }), [])
    assert.deepEqual(wrongFields(PeerProbeSpec, { scans: [{ ...scan, active: { neighbours: true } }], consumer: { dump: { enabled: true } } }), ['scans[0].active.neighbours'])
  })

  test('has a name short enough for the names of its objects', () => {
    assert.equal(ProbeName.safeParse('a'.repeat(40)).success, true)
    assert.equal(ProbeName.safeParse('a'.repeat(41)).success, false)
    assert.equal(ProbeName.safeParse('a.b').success, false)
  })

  test('is valid in every example', () => {
    const root = new URL('../../../', import.meta.url)
    const examples = globSync('examples/*.yaml', { cwd: root })
    assert.ok(examples.length >= 3)

    for (const example of examples) {
      assert.deepEqual(problems(PeerProbe, parse(readFileSync(new URL(example, root), 'utf8'))), [], example)
    }
  })
})
