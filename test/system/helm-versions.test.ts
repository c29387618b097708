// The chart under both versions of Helm that clusters use: the same values give the same objects, and the same values are refused.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { parseAllDocuments, stringify } from 'yaml'
import { cluster } from '../../scripts/provision/cluster.ts'
import { helm3 } from '../../scripts/provision/go-programs.ts'
import { CHART } from '../support/cluster/chart-rig.ts'
import { valueSets } from '../support/cluster/chart-value-sets.ts'
import { TempFolder } from '../support/temp-folder.ts'

const [programs, older] = [cluster.find(), helm3.find()]
const missing = 'missing' in programs ? programs.missing : 'missing' in older ? older.missing : undefined
// A Helm that is built from its module takes Kubernetes for 1.20 where no cluster says otherwise.
const CLUSTER = ['--kube-version', '1.36.0', ...['PodMonitor', 'ServiceMonitor', 'PrometheusRule'].flatMap(kind => ['--api-versions', `monitoring.coreos.com/v1/${kind}`])]

suite('the chart under Helm 3 and Helm 4', { skip: missing ?? false }, () => {
  const helm = (program: string, args: readonly string[], values: object): { status: number | null, stdout: string, stderr: string } => {
    using folder = new TempFolder()
    writeFileSync(folder.file('values.yaml'), stringify(values))
    const env = { PATH: process.env['PATH'] ?? '', HOME: folder.path }

    return spawnSync(program, [...args, '-f', folder.file('values.yaml')], { encoding: 'utf8', cwd: folder.path, env, maxBuffer: 64 * 1_024 * 1_024 })
  }
  const both = (args: readonly string[], values: object): ReturnType<typeof helm>[] =>
    ['at' in older ? older.at : '', join('at' in programs ? programs.at : '', 'helm')].map(program => helm(program, args, values))

  // They differ in empty lines.
  const objectsIn = (text: string): unknown[] => parseAllDocuments(text).map(document => document.toJS() as unknown).filter(object => object !== null)

  test('these are two versions', () => {
    const versions = ['at' in older ? older.at : '', join('at' in programs ? programs.at : '', 'helm')].map(program => spawnSync(program, ['version', '--template', '{{.Version}}'], { encoding: 'utf8' }).stdout)

    assert.deepEqual(versions.map(version => version.slice(0, 3)), ['v3.', 'v4.'])
  })

  for (const [name, { values, release = 'probe' }] of Object.entries(valueSets('team-a', 'team-b'))) {
    test(`gives the same objects: ${name}`, () => {
      const [three, four] = both(['template', release, CHART, '-n', 'system', ...CLUSTER], values)

      assert.deepEqual([three!.status, four!.status], [0, 0], `${three!.stderr}${four!.stderr}`)
      const [ofThree, ofFour] = [objectsIn(three!.stdout), objectsIn(four!.stdout)]
      assert.ok(ofThree.length > 5)
      assert.deepEqual(ofThree, ofFour)
    })
  }

  test('refuses the same values, with the name of the field', () => {
    for (const [field, values] of Object.entries({ replica: { replica: 2 }, replicas: { replicas: -1 }, tagg: { image: { tagg: 'x' } } })) {
      const [three, four] = both(['template', 'probe', CHART, ...CLUSTER], values)

      assert.ok([three!, four!].every(({ status, stderr }) => status === 1 && stderr.includes(field)), `${three!.stderr}${four!.stderr}`)
    }
  })

  test('is linted without a word', () => {
    for (const { status, stdout, stderr } of both(['lint', '--strict', CHART], {})) {
      assert.equal(status, 0, `${stdout}${stderr}`)
    }
  })
})
