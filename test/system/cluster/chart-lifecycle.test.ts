// The life of the chart with real helm: installed, upgraded from its first form, uninstalled and reinstalled, with the literal commands of
// its README. Objects created by users stay, and so does the sample once it is created.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse, parseAllDocuments, stringify } from 'yaml'
import { cluster } from '../../../scripts/provision/cluster.ts'
import { CHART, ChartRig } from '../../support/cluster/chart-rig.ts'
import { missingCluster, probeOf } from '../../support/cluster/cluster-rig.ts'
import { PROMETHEUS_RULE_CRD } from '../../support/cluster/monitoring-crd.ts'
import { until } from '../../support/until.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'
import type { CommandEnd } from '../../support/servers/control-plane.ts'

interface Fields { properties: Record<string, object> }
interface Definition extends KubeObject { spec: { versions: { schema: { openAPIV3Schema: { properties: { spec: Fields } } } }[] } }

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const FIRST_FORM = new URL('../../support/charts/first-form.tgz', import.meta.url).pathname
const README = readFileSync(`${CHART}/README.md`, 'utf8')
const SYSTEM = 'peerprobe-system'
const CRD = 'peerprobes.peerprobe.dev'
const LIMIT_MS = 120_000
const found = cluster.find()

function fieldsIn ({ spec: { versions } }: Definition): Fields {
  return versions[0]!.schema.openAPIV3Schema.properties.spec
}

// The commands of a section of the README.
function commandsOf (section: string): string[] {
  const [, text = ''] = README.split(`\n## ${section}\n`)
  const blocks = [...text.split('\n## ')[0]!.matchAll(/^```\n([^]*?)^```/gm)].map(([, block = '']) => block)

  return blocks.flatMap(block => block.trim().split('\n'))
}

suite('the life of the chart', missingCluster === undefined ? {} : { skip: missingCluster }, () => {
  let rig: ChartRig

  before(async () => {
    rig = await ChartRig.open('at' in found ? found.at : '')
    await rig.plane.apply(PROMETHEUS_RULE_CRD)
    await rig.plane.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=120s'])
  })
  after(async () => {
    await rig[Symbol.asyncDispose]()
  })

  // Runs a line of the README from the repository's root; there is no shell in between.
  const run = async (line: string): Promise<CommandEnd> => {
    const [program = '', ...args] = line.replaceAll('./helm/peerprobe', CHART).replaceAll('crds/', `${ROOT}crds/`).split(' ')

    return program === 'helm' ? await rig.helm(...args) : await rig.plane.command(program, args)
  }
  const succeeds = async (...lines: string[]): Promise<void> => {
    for (const line of lines) {
      const { code, stdout, stderr } = await run(line)
      assert.equal(code, 0, `${line}: ${stdout}${stderr}`)
    }
  }
  const uidOf = async (kind: string, name: string, ...where: string[]): Promise<string | undefined> =>
    (await rig.plane.get<KubeObject>(kind, name, ...where)).metadata.uid
  const command = (section: string, text: string): string =>
    commandsOf(section).find(line => line.includes(text)) ?? assert.fail(`the README has no ${text} under ${section}`)
  const INSTALL = command('Install', 'helm install')
  const UPGRADE = command('Upgrade', 'helm upgrade')
  const UNINSTALL = command('Uninstall', 'helm uninstall')

  // As before, with a definition of the resource that lacks a field.
  const firstForm = (lacking: string): string => {
    const folder = rig.folder.file('first-form')
    mkdirSync(folder, { recursive: true })
    execFileSync('tar', ['-xzf', FIRST_FORM, '-C', folder])
    const file = `${folder}/peerprobe/templates/crd.yaml`
    const [head = '', ...lines] = readFileSync(file, 'utf8').split('\n')
    const [condition = ''] = lines
    const definition = parse(lines.slice(1, lines.lastIndexOf('{{- end }}')).join('\n')) as Definition
    const { properties } = fieldsIn(definition)
    assert.ok(Object.hasOwn(properties, lacking))
    Reflect.deleteProperty(properties, lacking)
    writeFileSync(file, [head, condition, stringify(definition), '{{- end }}'].join('\n'))

    return `${folder}/peerprobe`
  }
  const fieldsOf = async (): Promise<string[]> => Object.keys(fieldsIn(await rig.plane.get<Definition>('crd', CRD)).properties)
  const wanted = Object.keys(fieldsIn(parse(readFileSync(`${ROOT}crds/peerprobe.dev_peerprobes.yaml`, 'utf8')) as Definition).properties)

  for (const [way, lacking] of [['--reset-then-reuse-values', 'suspend'], ['--reuse-values', 'suspend'], ['--reset-values', 'suspend']] as const) {
    test(`is upgraded from its first form with ${way}: definition and operator are new, and objects of users stay`, async () => {
      const old = firstForm(lacking)
      await succeeds(INSTALL.replace('./helm/peerprobe', old).concat(' --set image.tag=0.0.9'))
      await rig.plane.apply(probeOf('default'))
      const first = await fieldsOf()
      assert.ok(!first.includes(lacking) && first.length > 3 && first.every(name => wanted.includes(name)), first.join())
      const before = await Promise.all([uidOf('pp', 'amino'), uidOf('crd', CRD), uidOf('deployment', 'probe-operator', '-n', SYSTEM), uidOf('serviceaccount', 'probe-operator', '-n', SYSTEM)])
      await succeeds(UPGRADE.replace('--reset-then-reuse-values', way))

      assert.deepEqual((await fieldsOf()).sort(), [...wanted].sort())
      assert.deepEqual(await Promise.all([uidOf('pp', 'amino'), uidOf('crd', CRD), uidOf('deployment', 'probe-operator', '-n', SYSTEM), uidOf('serviceaccount', 'probe-operator', '-n', SYSTEM)]), before)
      const { spec } = await rig.plane.get<KubeObject & { spec: { template: { spec: { containers: { image: string }[] } } } }>('deployment', 'probe-operator', '-n', SYSTEM)
      const { version } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { version: string }
      assert.equal(spec.template.spec.containers[0]?.image, `peerprobe:${way === '--reset-values' ? version : '0.0.9'}`)

      await succeeds(UNINSTALL)
      assert.equal(await uidOf('pp', 'amino'), before[0])
      assert.equal(await uidOf('crd', CRD), before[1])
      const left = await rig.plane.get<{ items: KubeObject[] }>('deployment,service,serviceaccount,configmap,clusterrole,clusterrolebinding,networkpolicy,poddisruptionbudget', '-A', '-l', 'app.kubernetes.io/instance=probe')
      assert.deepEqual(left.items.map(({ metadata }) => metadata.name), [])
    })
  }

  test('is installed by a release of another name only if it takes over the definition, or leaves it alone', async () => {
    const other = INSTALL.replace('install probe', 'install other')
    const refused = await run(other)
    assert.notEqual(refused.code, 0)
    assert.match(refused.stderr, /invalid ownership metadata/)
    await run('helm uninstall other --namespace peerprobe-system --wait')

    for (const flag of ['--set crds.install=false', '--take-ownership']) {
      assert.ok(README.includes(flag))
      await succeeds(`${other} ${flag}`, 'helm uninstall other --namespace peerprobe-system --wait')
      assert.notEqual(await uidOf('pp', 'amino'), undefined)
    }
  })

  test('accepts the commands of its README about metrics, two operators and a definition applied by hand', async () => {
    await succeeds(`${INSTALL} --take-ownership`)
    await succeeds(...commandsOf('Metrics, alerts and dashboards'), `${UPGRADE} --set replicas=2`)
    assert.notEqual(await uidOf('prometheusrule', 'probe-operator', '-n', SYSTEM), undefined)
    const { items } = await rig.plane.get<{ items: KubeObject[] }>('pods', '-n', SYSTEM, '-l', 'app.kubernetes.io/name=peerprobe-operator')
    assert.equal(items.length, 2)
    assert.notEqual(await uidOf('poddisruptionbudget', 'probe-operator', '-n', SYSTEM), undefined)

    // Values that an upgrade does not set stay.
    await succeeds(`${UPGRADE} --set crds.install=false`, command('Upgrade', 'kubectl apply'))
    assert.equal((await rig.plane.get<KubeObject & { spec: { replicas: number } }>('deployment', 'probe-operator', '-n', SYSTEM)).spec.replicas, 2)
    await succeeds(UNINSTALL)
    assert.notEqual(await uidOf('pp', 'amino'), undefined)
  })

  test('creates a sample once; neither upgrade, uninstall nor reinstall touches it', async () => {
    const { spec } = probeOf(SYSTEM) as unknown as { spec: object }
    const values = rig.folder.file('sample.yaml')
    const sample = async (more: object = {}): Promise<string> => {
      writeFileSync(values, stringify({ sample: { enabled: true, spec: { ...spec, ...more } } }))

      return await Promise.resolve(` --take-ownership -f ${values}`)
    }
    // This install creates the definition as well.
    await succeeds('kubectl delete peerprobes --all --all-namespaces', `kubectl delete crd ${CRD}`)
    await succeeds(INSTALL + await sample())
    const uid = await uidOf('pp', 'sample', '-n', SYSTEM)
    assert.notEqual(uid, undefined)
    await rig.plane.apply({ ...await rig.plane.get<KubeObject>('pp', 'sample', '-n', SYSTEM).then(({ apiVersion, kind }) => ({ apiVersion, kind })), metadata: { name: 'sample', namespace: SYSTEM }, spec: { ...spec, suspend: true } })

    await succeeds(UPGRADE.replace('--take-ownership', '') + (await sample({ suspend: false })).replace(' --take-ownership', ''))
    await succeeds(UNINSTALL)
    await succeeds(INSTALL + await sample({ suspend: false }))
    const { metadata, spec: kept } = await rig.plane.get<KubeObject & { spec: { suspend: boolean } }>('pp', 'sample', '-n', SYSTEM)
    assert.deepEqual([metadata.uid, kept.suspend], [uid, true])

    await succeeds(UPGRADE.replace('--wait', '--set sample.enabled=false --wait'))
    assert.equal(await uidOf('pp', 'sample', '-n', SYSTEM), uid)
  })

  test('is completely removed by the last commands of its README, and with the definition if a value says so', async () => {
    await succeeds(...commandsOf('Uninstall').slice(1))
    assert.ok(!await rig.plane.has('crd', CRD))

    await succeeds(`${INSTALL} --set crds.keep=false`)
    await rig.plane.apply(probeOf('default'))
    await succeeds(UNINSTALL)
    await until('the definition is gone', async () => !await rig.plane.has('crd', CRD), LIMIT_MS)
  })

  test('can be a dependency of another chart, with a condition and shared values', async () => {
    const parent = rig.folder.file('parent')
    mkdirSync(`${parent}/charts`, { recursive: true })
    cpSync(CHART, `${parent}/charts/peerprobe`, { recursive: true })
    const { version } = parse(readFileSync(`${CHART}/Chart.yaml`, 'utf8')) as { version: string }
    writeFileSync(`${parent}/Chart.yaml`, stringify({ apiVersion: 'v2', name: 'parent', version: '1.0.0', dependencies: [{ name: 'peerprobe', version, condition: 'peerprobe.enabled' }] }))

    for (const [enabled, count] of [[true, 1], [false, 0]] as const) {
      writeFileSync(`${parent}/values.yaml`, stringify({ global: { region: 'x' }, peerprobe: { enabled, replicas: 2, podLabels: null, monitoring: null } }))
      const { code, stdout, stderr } = await rig.helm('template', 'probe', parent)
      assert.equal(code, 0, stderr)
      const deployments = parseAllDocuments(stdout).map(document => document.toJS() as KubeObject | null).filter(object => object?.kind === 'Deployment')
      assert.equal(deployments.length, count)
    }
  })
})
