// Sets of values, each installed by real helm into a namespace that admits only restricted pods, with strict validation by the API
// server; and refused values, each with its name.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { parse, parseAllDocuments, stringify } from 'yaml'
import { parsePolicy, POLICY_VARIABLE } from '../../../operator/policy/cluster-policy.ts'
import { cluster } from '../../../scripts/provision/cluster.ts'
import { CHART, ChartRig } from '../../support/cluster/chart-rig.ts'
import { valueSets } from '../../support/cluster/chart-value-sets.ts'
import { missingCluster } from '../../support/cluster/cluster-rig.ts'
import { POD_MONITOR_CRD, PROMETHEUS_RULE_CRD, SERVICE_MONITOR_CRD } from '../../support/cluster/monitoring-crd.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'
import type { CommandEnd } from '../../support/servers/control-plane.ts'

interface Workload extends KubeObject { spec: { template: { metadata: object, spec: { containers: { env: { name: string, value?: string }[] }[] } } } }

interface OperatorTemplate {
  metadata: { annotations?: Record<string, string> }
  spec: { topologySpreadConstraints?: { topologyKey: string }[], containers: { image: string, args: string[] }[] }
}

const NAMESPACE = 'restricted'
const [SERVED, MORE] = ['team-a', 'team-b']
const CRDS = new URL('../../../crds/peerprobe.dev_peerprobes.yaml', import.meta.url).pathname
const MONITORING = ['PodMonitor', 'ServiceMonitor', 'PrometheusRule']
const SETS = valueSets(SERVED, MORE)
const found = cluster.find()

suite('sets of values of the chart', missingCluster === undefined ? {} : { skip: missingCluster }, () => {
  let rig: ChartRig

  before(async () => {
    rig = await ChartRig.open('at' in found ? found.at : '')
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted', 'pod-security.kubernetes.io/enforce-version': 'latest' }

    for (const name of [NAMESPACE, SERVED, MORE]) {
      await rig.plane.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } })
    }
    await rig.plane.apply(POD_MONITOR_CRD, SERVICE_MONITOR_CRD, PROMETHEUS_RULE_CRD)
    await rig.plane.kubectl(['apply', '--server-side', '-f', CRDS])
    const { code, stderr } = await rig.plane.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=120s'])
    assert.equal(code, 0, stderr)
  })
  after(async () => {
    await rig[Symbol.asyncDispose]()
  })

  const file = (values: object): string => {
    writeFileSync(rig.folder.file('values.yaml'), stringify(values))

    return rig.folder.file('values.yaml')
  }
  const template = async (release: string, values: object): Promise<CommandEnd> =>
    await rig.helm('template', release, CHART, '-n', NAMESPACE, '-f', file(values), ...MONITORING.flatMap(kind => ['--api-versions', `monitoring.coreos.com/v1/${kind}`]))
  const rendered = async (release: string, values: object): Promise<KubeObject[]> => {
    const { code, stdout, stderr } = await template(release, values)
    assert.equal(code, 0, stderr)

    return parseAllDocuments(stdout).map(document => document.toJS() as KubeObject | null).filter(object => object !== null)
  }
  const dryRun = async (object: object, ...where: string[]): Promise<CommandEnd> =>
    await rig.plane.kubectl(['apply', '--server-side', '--force-conflicts', '--dry-run=server', '--validate=strict', ...where, '-f', '-'], JSON.stringify(object))

  for (const [i, [name, { values, release = `set-${String(i)}`, pods = 1 }]] of Object.entries(SETS).entries()) {
    test(`are accepted: ${name}`, async () => {
      const objects = await rendered(release, values)
      // kubectl uses one namespace, or that of the objects.
      const placed = objects.filter(({ metadata }) => metadata.namespace !== undefined)

      for (const [items, where] of [[placed, []], [objects.filter(object => !placed.includes(object)), ['-n', NAMESPACE]]] as const) {
        if (items.length === 0) {
          continue
        }
        const strict = await dryRun({ apiVersion: 'v1', kind: 'List', items }, ...where)
        assert.equal(strict.code, 0, strict.stderr)
        assert.doesNotMatch(strict.stderr, /Warning/)
      }
      assert.deepEqual(objects.filter(({ kind, metadata }) => kind !== 'CustomResourceDefinition' && metadata.name.length > 63), [])

      const { spec: { template: { spec: { containers: [container] } } } } = objects.find(({ kind }) => kind === 'Deployment') as Workload
      assert.doesNotThrow(() => parsePolicy(container!.env.find(variable => variable.name === POLICY_VARIABLE)?.value))

      const lint = await rig.helm('lint', '--strict', CHART, '-f', file(values))
      assert.equal(lint.code, 0, lint.stdout)
      const installed = await rig.helm('install', release, CHART, '-n', NAMESPACE, '-f', file(values), '--take-ownership', '--wait', '--timeout', '120s')
      assert.equal(installed.code, 0, installed.stderr)
      const { items } = await rig.plane.get<{ items: KubeObject[] }>('pods', '-n', NAMESPACE, '-l', `app.kubernetes.io/instance=${release}`)
      assert.equal(items.length, pods)
      assert.equal((await rig.helm('uninstall', release, '-n', NAMESPACE, '--wait', '--timeout', '120s')).code, 0)
    })
  }

  test('put each dashboard into a ConfigMap as it is, where the sidecar of Grafana looks for it', async () => {
    const maps = async (values: object): Promise<KubeObject[]> => (await rendered('probe', values)).filter(({ kind }) => kind === 'ConfigMap')
    const files = readdirSync(`${CHART}/dashboards`)
    assert.ok(files.length > 0)
    assert.deepEqual(await maps({}), [])

    const usual = await maps({ dashboards: { enabled: true } })
    assert.deepEqual(usual.map(({ metadata: { labels, annotations } }) => [labels?.['grafana_dashboard'], annotations?.['grafana_folder']]), files.map(() => ['1', 'PeerProbe']))
    const texts = Object.fromEntries(usual.flatMap(({ data }) => Object.entries(data as Record<string, string>)))
    assert.deepEqual(texts, Object.fromEntries(files.map(file => [`probe-operator-${file}`, readFileSync(`${CHART}/dashboards/${file}`, 'utf8')])))

    const others = await maps({ dashboards: { enabled: true, label: 'a/b', labelValue: true, folder: '', namespace: 'grafana', annotations: { c: 1 } } })
    assert.deepEqual([...new Set(others.map(({ metadata: { namespace, labels, annotations } }) => JSON.stringify([namespace, labels?.['a/b'], annotations])))], ['["grafana","true",{"c":"1"}]'])
  })

  test('make of the operator\'s pod what they say', async () => {
    const podOf = async (values: object): Promise<OperatorTemplate> =>
      ((await rendered('probe', values)).find(({ kind }) => kind === 'Deployment') as unknown as { spec: { template: OperatorTemplate } }).spec.template
    const one = await podOf({})
    assert.equal(one.spec.topologySpreadConstraints, undefined)
    const two = await podOf({ replicas: 2 })
    assert.deepEqual(two.spec.topologySpreadConstraints?.map(({ topologyKey }) => topologyKey), ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'])
    assert.equal((await podOf({ replicas: 2, topologySpreadConstraints: [] })).spec.topologySpreadConstraints, undefined)

    assert.equal(one.metadata.annotations, undefined)
    assert.deepEqual((await podOf({ monitoring: { scrapeAnnotations: true } })).metadata.annotations, { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9090', 'prometheus.io/path': '/metrics' })
    assert.deepEqual((await podOf({ extraArgs: ['--log-level', 'warn'] })).spec.containers[0]?.args.slice(-2), ['--log-level', 'warn'])

    const digest = `sha256:${'a'.repeat(64)}`
    for (const [image, wanted] of [[{ digest }, `peerprobe@${digest}`], [{ digest, tag: '1' }, `peerprobe:1@${digest}`]] as const) {
      const { spec: { containers: [container] } } = await podOf({ image })
      assert.deepEqual([container?.image, container?.args[2]], [wanted, wanted])
    }
  })

  test('hold every value of the chart, with another value than its default', () => {
    const defaults = parse(readFileSync(`${CHART}/values.yaml`, 'utf8')) as Record<string, unknown>
    const changed = new Set(Object.values(SETS).flatMap(({ values }) => Object.entries(values as Record<string, unknown>)
      .filter(([name, value]) => value !== null && !isDeepStrictEqual(value, defaults[name])).map(([name]) => name)))

    assert.deepEqual(Object.keys(defaults).filter(name => !changed.has(name)), [])
  })

  test('give two releases of one namespace no common name, however long the names of the releases', async () => {
    const names = async (release: string): Promise<string[]> => (await rendered(release, { ...SETS['every part at once']!.values, crds: { install: false }, sample: null })).map(({ kind, metadata }) => `${kind}/${metadata.namespace ?? ''}/${metadata.name}`)

    for (const [one, other] of [['a'.repeat(53), `${'a'.repeat(52)}b`], ['a.b', 'a-b'], ['9', 'peerprobe-9']] as const) {
      const first = new Set(await names(one))
      assert.ok(first.size > 10)
      assert.deepEqual((await names(other)).filter(name => first.has(name)), [])
    }
  })

  test('are held by the namespace: a pod that asks for more is refused there', async () => {
    const objects = await rendered('more', { extraVolumes: [{ name: 'node', hostPath: { path: '/' } }] })
    const { spec: { template: { metadata, spec } } } = objects.find(({ kind }) => kind === 'Deployment') as Workload
    const { code, stderr } = await dryRun({ apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: 'one' }, spec: { ...spec, serviceAccountName: 'default' } }, '-n', NAMESPACE)

    assert.notEqual(code, 0)
    assert.match(stderr, /violates PodSecurity "restricted:latest".*hostPath/)
  })

  test('are refused by the field where the schema forbids them', async () => {
    const REFUSED: [string, object][] = [
      ['replicas', { replicas: 11 }],
      ['replicas', { replicas: 'two' }],
      ['image', { image: { nonsense: 1 } }],
      ['image/digest', { image: { digest: 'sha256:abc' } }],
      ['image/digest', { image: { digest: `sha512:${'a'.repeat(64)}` } }],
      ['image/pullPolicy', { image: { pullPolicy: 'Sometimes' } }],
      ['podDisruptionBudget/enabled', { podDisruptionBudget: { enabled: 'maybe' } }],
      ['topologySpreadConstraints', { topologySpreadConstraints: { topologyKey: 'zone' } }],
      ['crds/keep', { crds: { keep: 'never' } }],
      ['podMonitor/interval', { podMonitor: { interval: '30' } }],
      ['serviceMonitor/enabled', { serviceMonitor: { enabled: 1 } }],
      ['monitoring/scrapeAnnotations', { monitoring: { scrapeAnnotations: {} } }],
      ['dashboards/label', { dashboards: { label: 'no label' } }],
      ['dashboards/labelValue', { dashboards: { labelValue: 'no value' } }],
      ['dashboards/namespace', { dashboards: { namespace: 'A' } }],
      ['sample/name', { sample: { name: 'a b' } }],
      ['resources', { resources: { memory: '1Gi' } }],
      ['priorityClassName', { priorityClassName: 'High One' }],
      ['tolerations/0', { tolerations: [{ keys: 'a' }] }],
      ['tolerations/0/effect', { tolerations: [{ effect: 'Never' }] }],
      ['extraEnv/0', { extraEnv: [{ value: 'x' }] }],
      ['extraEnv/0', { extraEnv: [{ name: 'A', from: 'x' }] }],
      ['extraVolumes/0', { extraVolumes: [{ configMap: {} }] }],
      ['extraVolumeMounts/0', { extraVolumeMounts: [{ name: 'a' }] }],
      ['serviceAccount', { serviceAccount: { name: 'mine' } }],
      ['service', { service: { type: 'LoadBalancer' } }],
      ['policy', { policy: { hostnetwork: true } }],
      ['policy/namespaces/lab', { policy: { namespaces: { lab: { hostnetwork: true } } } }]
    ]

    for (const [path, values] of REFUSED) {
      const { code, stderr } = await template('probe', values)
      assert.notEqual(code, 0, JSON.stringify(values))
      assert.match(stderr, new RegExp(`at '/${path}'`), JSON.stringify(values))
    }
  })

  test('are refused by the field where one contradicts another, or what the chart makes itself', async () => {
    const REFUSED: [RegExp, object][] = [
      [/image\.digest and image\.tag/, { image: { tag: '1@sha256:x', digest: `sha256:${'a'.repeat(64)}` } }],
      [/podMonitor\.enabled and serviceMonitor\.enabled/, { podMonitor: { enabled: true }, serviceMonitor: { enabled: true } }],
      [/env\.POD_NAME: /, { env: { POD_NAME: 'x' } }],
      [/extraEnv\[0\]: PEERPROBE_POLICY is set/, { extraEnv: [{ name: 'PEERPROBE_POLICY', value: '{}' }] }],
      [/extraEnv\[1\]: A is set/, { extraEnv: [{ name: 'A', value: '1' }, { name: 'A', value: '2' }] }],
      [/extraEnv\[0\]: A is set/, { env: { A: '1' }, extraEnv: [{ name: 'A', value: '2' }] }],
      [/sample\.spec\.kafka is missing/, { sample: { enabled: true } }],
      [/sample\.namespace: .* lab, only after team-a/, { watchNamespace: SERVED, sample: { enabled: true, namespace: 'lab', spec: { kafka: { brokers: ['x:1'] }, mysql: { host: 'db' } } } }]
    ]

    for (const [words, values] of REFUSED) {
      const { code, stderr } = await template('probe', values)
      assert.notEqual(code, 0, JSON.stringify(values))
      assert.match(stderr, words)
    }
  })
})
