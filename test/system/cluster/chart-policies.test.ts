// The policy of the operator's own pod, the scrape sources for pods of PeerProbes, and the alerts, as rendered by helm and accepted by a
// real API server.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { parseAllDocuments, stringify } from 'yaml'
import { defined } from '../../../core/defined.ts'
import { labelsFor } from '../../../operator/model/naming/labels.ts'
import { ADMIN_PORT } from '../../../operator/model/pod/pod.ts'
import { readScrapeFrom } from '../../../operator/scrape-from.ts'
import { cluster } from '../../../scripts/provision/cluster.ts'
import { alertsOf } from '../../support/alerts/promtool-cases.ts'
import { CHART, ChartRig } from '../../support/cluster/chart-rig.ts'
import { missingCluster } from '../../support/cluster/cluster-rig.ts'
import { admits, labelsOfPods, lets, selects } from '../../support/cluster/policy-evaluator.ts'
import type { NetworkPeer } from '../../../operator/model/probe/cluster-probe.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'
import type { CommandEnd } from '../../support/servers/control-plane.ts'

const found = cluster.find()

const named = (name: string): Record<string, string> => ({ 'kubernetes.io/metadata.name': name })
const PROMETHEUS = { namespace: named('monitoring'), pod: { 'app.kubernetes.io/name': 'prometheus' } }
const NEIGHBOUR = { namespace: named('lab'), pod: { app: 'web' } }
const CRAWLER = { namespace: named('lab'), pod: labelsFor({ namespace: 'lab', name: 'amino' }, 'crawler', 'main') }

suite('network policy and alerts of the chart', missingCluster === undefined ? {} : { skip: missingCluster }, () => {
  let rig: ChartRig

  before(async () => {
    rig = await ChartRig.open('at' in found ? found.at : '')
  })
  after(async () => {
    await rig[Symbol.asyncDispose]()
  })

  const render = async (values: object): Promise<CommandEnd> => {
    writeFileSync(rig.folder.file('values.yaml'), stringify(values))

    return await rig.helm('template', 'probe', CHART, '-n', 'default', '-f', rig.folder.file('values.yaml'))
  }
  const rendered = async (values: object = {}): Promise<KubeObject[]> => {
    const { code, stdout, stderr } = await render(values)
    assert.equal(code, 0, stderr)

    return parseAllDocuments(stdout).map(document => document.toJS() as KubeObject | null).filter(object => object !== null)
  }
  const taken = async (object: KubeObject): Promise<void> => {
    const { code, stderr } = await rig.plane.kubectl(['apply', '--server-side', '--dry-run=server', '--validate=strict', '-n', 'default', '-f', '-'], JSON.stringify(object))
    assert.equal(code, 0, stderr)
  }
  const ofKind = (objects: readonly KubeObject[], kind: string): KubeObject | undefined => objects.find(object => object.kind === kind)
  const sourcesIn = (objects: readonly KubeObject[]): readonly NetworkPeer[] | undefined => {
    const { template } = ofKind(objects, 'Deployment')!['spec'] as { template: { spec: { containers: { args: string[] }[] } } }
    const args = template.spec.containers[0]!.args

    return args.filter((_, i) => args[i - 1] === '--scrape-from').reduce<readonly NetworkPeer[] | undefined>((before, text) => readScrapeFrom(text, before), undefined)
  }
  const asPolicy = (from: readonly NetworkPeer[] | undefined): KubeObject => ({ apiVersion: 'v1', kind: 'x', metadata: { name: 'x' }, spec: { podSelector: {}, ingress: [{ ...defined({ from }), ports: [{ port: ADMIN_PORT }] }] } })

  test('select the operator\'s pod, once', async () => {
    const objects = await rendered()
    const [labels = assert.fail(), ...more] = labelsOfPods(objects)

    assert.deepEqual(more, [])
    assert.equal(objects.filter(object => object.kind === 'NetworkPolicy' && selects(object, labels)).length, 1)
    assert.ok(!selects(ofKind(objects, 'NetworkPolicy')!, { ...labels, 'app.kubernetes.io/instance': 'other' }))
    await taken(ofKind(objects, 'NetworkPolicy')!)
  })

  test('let the operator reach DNS, the API server and the admin port of pods of PeerProbes, and nothing else in the cluster', async () => {
    for (const values of [{}, { watchNamespace: 'lab' }]) {
      const policy = ofKind(await rendered(values), 'NetworkPolicy')!

      assert.deepEqual([53, 443, 6_443, ADMIN_PORT, 80, 22, 3_306, 9_092].filter(port => lets(policy, CRAWLER, port)), [53, 443, 6_443, ADMIN_PORT])
      assert.ok(!lets(policy, NEIGHBOUR, ADMIN_PORT))
      assert.equal(lets(policy, { ...CRAWLER, namespace: named('elsewhere') }, ADMIN_PORT), !('watchNamespace' in values))
    }
  })

  test('let only Prometheus reach the operator, and only Prometheus and the operator the pods of PeerProbes', async () => {
    const objects = await rendered()
    const policy = ofKind(objects, 'NetworkPolicy')!
    const pods = asPolicy(sourcesIn(objects))
    const operator = { namespace: named('default'), pod: labelsOfPods(objects)[0]! }

    assert.deepEqual([PROMETHEUS, NEIGHBOUR, CRAWLER, operator].map(from => admits(policy, from, ADMIN_PORT)), [true, false, false, false])
    assert.deepEqual([PROMETHEUS, NEIGHBOUR, CRAWLER, operator].map(from => admits(pods, from, ADMIN_PORT)), [true, false, false, true])
    assert.ok(!admits(pods, { ...operator, namespace: named('lab') }, ADMIN_PORT))
  })

  test('accept other sources, none, or all', async () => {
    const scrapeFrom = [{ namespaceSelector: { matchLabels: named('watch') } }, { ipBlock: { cidr: '10.0.0.0/24', except: ['10.0.0.8/32'] } }]
    const agents = { namespace: named('watch'), pod: {} }
    const some = await rendered({ monitoring: { scrapeFrom } })
    assert.deepEqual([agents, PROMETHEUS].map(from => admits(ofKind(some, 'NetworkPolicy')!, from, ADMIN_PORT)), [true, false])
    assert.deepEqual(sourcesIn(some)?.slice(1), scrapeFrom)
    await taken(ofKind(some, 'NetworkPolicy')!)

    const none = await rendered({ monitoring: { scrapeFrom: [] } })
    assert.ok(!admits(ofKind(none, 'NetworkPolicy')!, PROMETHEUS, ADMIN_PORT))
    assert.equal(sourcesIn(none)?.length, 1)
    await taken(ofKind(none, 'NetworkPolicy')!)

    for (const values of [{ monitoring: { scrapeFrom: null } }, { monitoring: null }]) {
      const all = await rendered(values)
      assert.ok(admits(ofKind(all, 'NetworkPolicy')!, NEIGHBOUR, ADMIN_PORT))
      assert.equal(sourcesIn(all), undefined)
    }
  })

  test('accept another address of the API server, further destinations, and no policy at all', async () => {
    const more = { to: [{ ipBlock: { cidr: '10.9.0.1/32' } }], ports: [{ port: 3_128, protocol: 'TCP' }] }
    const policy = ofKind(await rendered({ networkPolicy: { apiServerPorts: [16_443], apiServer: ['10.0.0.1/32'], egress: [more] } }), 'NetworkPolicy')!
    const { egress } = policy['spec'] as { egress: object[] }

    assert.deepEqual([egress[1], egress.at(-1)], [{ ports: [{ port: 16_443, protocol: 'TCP' }], to: [{ ipBlock: { cidr: '10.0.0.1/32' } }] }, more])
    await taken(policy)
    assert.equal(ofKind(await rendered({ networkPolicy: { enabled: false } }), 'NetworkPolicy'), undefined)
    assert.equal(ofKind(await rendered({ networkPolicy: null }), 'NetworkPolicy'), undefined)
  })

  test('refuse sources that would admit more than intended, with the field', async () => {
    const REFUSED: [string, object][] = [
      ...[{}, { podSelector: {} }, { namespaceselector: {} }, { namespaceSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } }, { ipBlock: { cidr: 'everywhere' } }].map((source): [string, object] => ['monitoring/scrapeFrom/0', { monitoring: { scrapeFrom: [source] } }]),
      ['monitoring/scrapeFrom', { monitoring: { scrapeFrom: 'monitoring' } }],
      ['networkPolicy/apiServerPorts/0', { networkPolicy: { apiServerPorts: [0] } }],
      ['networkPolicy/apiServer/0', { networkPolicy: { apiServer: ['10.0.0.1'] } }],
      ['networkPolicy/egress/0', { networkPolicy: { egress: [{}] } }]
    ]

    for (const [path, values] of REFUSED) {
      const { code, stderr } = await render(values)
      assert.notEqual(code, 0, JSON.stringify(values))
      assert.match(stderr, new RegExp(`at '/${path}`), JSON.stringify(values))
    }
  })

  test('have alerts only if enabled, with the labels by which Prometheus selects them', async () => {
    assert.equal(ofKind(await rendered(), 'PrometheusRule'), undefined)
    const monitoring = { prometheusRule: { enabled: true, labels: { release: 'kube-prometheus' }, runbookBaseUrl: 'https://wiki.example/runbooks/' } }
    const rule = ofKind(await rendered({ monitoring }), 'PrometheusRule')
    const alerts = alertsOf(JSON.stringify(rule?.['spec']))

    assert.equal(rule?.metadata.labels?.['release'], 'kube-prometheus')
    assert.deepEqual(alerts.map(({ alert }) => alert), alertsOf(readFileSync(`${CHART}/rules.yaml`, 'utf8')).map(({ alert }) => alert))
    assert.deepEqual(alerts.map(({ annotations }) => annotations.runbook_url), alerts.map(({ alert }) => `https://wiki.example/runbooks/${alert}.md`))
    // Of two releases each watches its own operator.
    assert.match(alerts.find(({ alert }) => alert === 'PeerProbeOperatorDown')?.expr ?? '', /component="operator",namespace="default"/)
  })

  test('name a runbook by its path in the repository where it is not said where a copy of them is', async () => {
    const rule = ofKind(await rendered({ monitoring: { prometheusRule: { enabled: true } } }), 'PrometheusRule')

    assert.ok(alertsOf(JSON.stringify(rule?.['spec'])).every(({ alert, annotations }) => annotations.runbook_url === `docs/runbooks/${alert}.md`))
  })

  test('have the dashboards only where they are asked for, as they are in the chart, with links to a copy of the documents', async () => {
    const dashboardsOf = (objects: KubeObject[]): KubeObject[] => objects.filter(({ metadata: { labels = {} } }) => labels['grafana_dashboard'] === '1')
    const contents = (objects: KubeObject[]): string[] => dashboardsOf(objects).flatMap(({ data }) => Object.values(data as Record<string, string>))
    const files = ['operator', 'pipeline', 'population'].map(name => readFileSync(`${CHART}/dashboards/${name}.json`, 'utf8'))

    assert.deepEqual(dashboardsOf(await rendered()), [])
    assert.deepEqual(contents(await rendered({ dashboards: { enabled: true } })).toSorted(), files.toSorted())
    const research = readFileSync(`${CHART}/dashboards-on-tables/research.json`, 'utf8')
    assert.deepEqual(contents(await rendered({ dashboards: { enabled: true, research: true } })).toSorted(), [...files, research].toSorted())
    const elsewhere = contents(await rendered({ dashboards: { enabled: true, docsBaseUrl: 'https://wiki.example/probe/' } }))
    assert.deepEqual(elsewhere.toSorted(), files.map(file => file.replaceAll('https://peerprobe.dev/docs/', 'https://wiki.example/probe/')).toSorted())
    assert.ok(elsewhere.every(file => file.includes('https://wiki.example/probe/reference/metrics.md#')))
  })
})
