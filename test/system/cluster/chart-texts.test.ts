// Names and values that YAML would not read as text: the chart quotes them, and a real API server accepts the result.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { parseAllDocuments, stringify } from 'yaml'
import { isRecord } from '../../../operator/api/rules.ts'
import { cluster } from '../../../scripts/provision/cluster.ts'
import { CHART, ChartRig } from '../../support/cluster/chart-rig.ts'
import { missingCluster } from '../../support/cluster/cluster-rig.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'
import type { CommandEnd } from '../../support/servers/control-plane.ts'

const found = cluster.find()

// Valid names of releases, namespaces or tags that YAML reads as a number, a boolean or null.
const ODD = ['123', '0', '1e3', '0x10', '1.10', 'true', 'false', 'null', 'yes', 'no', 'on', 'off', 'y', '007', '1-2-3']
const RELEASES = [...ODD, 'a.b', '1.2.3', 'x'.repeat(53), `9${'x'.repeat(52)}`, `${'x'.repeat(25)}.${'y'.repeat(27)}`]

interface OperatorPod extends Record<'nodeSelector' | 'tolerations' | 'affinity' | 'imagePullSecrets', unknown> {
  containers: { image: string, args: string[], env: { name: string, value?: string }[] }[]
}

interface PodTemplate { metadata: { labels: Record<string, string>, annotations: Record<string, string> }, spec: OperatorPod }

interface Deployment extends KubeObject { spec: { template: PodTemplate } }

suite('the chart with texts that look like other types', missingCluster === undefined ? {} : { skip: missingCluster }, () => {
  let rig: ChartRig

  before(async () => {
    rig = await ChartRig.open('at' in found ? found.at : '')
  })
  after(async () => {
    await rig[Symbol.asyncDispose]()
  })

  const template = async (release: string, ...args: string[]): Promise<CommandEnd> =>
    await rig.helm('template', release, CHART, ...args)

  // By the rules of YAML 1.1, in which more texts are not strings.
  const objectsIn = (yaml: string): KubeObject[] => parseAllDocuments(yaml, { version: '1.1' }).map(document => document.toJS() as KubeObject | null).filter(object => object !== null)

  const deploymentIn = (yaml: string): Deployment => objectsIn(yaml).find(({ kind }) => kind === 'Deployment') as Deployment

  test('is accepted by the API server for each name of a release, in a namespace of that name, and no two names are cut to the same', async () => {
    const names: string[] = []

    for (const release of RELEASES) {
      const namespace = /^[-a-z0-9]+$/.test(release) ? release : 'default'
      await rig.plane.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
      const { stdout, stderr } = await template(release, '-n', namespace, '--set-string', `watchNamespace=${namespace}`, '--set', 'crds.install=false')
      const applied = await rig.plane.kubectl(['apply', '--server-side', '--dry-run=server', '-n', namespace, '-f', '-'], stdout)
      assert.equal(applied.code, 0, `${release}: ${stderr}${applied.stderr}`)
      names.push(deploymentIn(stdout).metadata.name)
      assert.equal(deploymentIn(stdout).metadata.labels?.['app.kubernetes.io/instance'], release)
    }

    assert.equal(new Set(names).size, RELEASES.length)
  })

  test('keeps each value a text, whichever way it was set', async () => {
    for (const text of ODD) {
      // The name of a namespace contains no dot.
      const namespace = text.replace('.', '')
      const values = { image: { tag: text }, watchNamespace: namespace, podAnnotations: { a: text }, podLabels: { b: text }, env: { C: text }, nodeSelector: { d: text }, tolerations: [{ key: 'e', value: text }] }
      writeFileSync(rig.folder.file('values.yaml'), stringify(values, { version: '1.1' }))
      const set = ['image.tag', 'podAnnotations.a', 'podLabels.b', 'env.C', 'nodeSelector.d', 'tolerations[0].value'].map(path => `${path}=${text}`).concat(`watchNamespace=${namespace}`).join(',')
      const ways = [['-f', rig.folder.file('values.yaml')], ['--set-string', `${set},tolerations[0].key=e`], ...text === 'null' ? [] : [['--set', `${set},tolerations[0].key=e`]]]

      for (const way of ways) {
        const { stdout, stderr } = await template('probe', ...way)
        assert.notEqual(stdout, '', stderr)
        const { metadata: { annotations, labels }, spec: { containers: [container], nodeSelector, tolerations } } = deploymentIn(stdout).spec.template
        assert.deepEqual([annotations, labels['b'], nodeSelector, tolerations], [{ a: text }, text, { d: text }, [{ key: 'e', value: text }]], way.join(' '))
        assert.equal(container!.image, `peerprobe:${text}`)
        assert.deepEqual(container!.args.slice(-2), ['--namespace', namespace])
        assert.equal(container!.env.find(({ name }) => name === 'C')?.value, text)
        assert.deepEqual(notTexts(objectsIn(stdout)), [], way.join(' '))
      }
    }
  })

  test('keeps texts inside structures, of several lines and of any script, and the default if a value is null', async () => {
    const several = 'two\nlines: "x"\t\u0000{{ .Values }} \u65e5\u672c'
    const term = { matchExpressions: [{ key: 'zone', operator: 'In', values: [1, true, 'on'] }] }
    const values = {
      image: { pullSecrets: [{ name: 7 }, { name: 'true' }], pullPolicy: null },
      logLevel: null,
      podLabels: null,
      monitoring: null,
      podMonitor: { enabled: true, labels: { 'release': 1, 'app.kubernetes.io/instance': 'mine' } },
      podAnnotations: { a: several, b: 9_007_199_254_740_991 },
      env: { A: several, B: 1_000_000 },
      tolerations: [{ key: 1, operator: 'Equal', value: false, effect: 'NoExecute', tolerationSeconds: 3_600_000 }],
      affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, preference: term }] } }
    }
    writeFileSync(rig.folder.file('values.yaml'), stringify(values, { version: '1.1' }))
    const { stdout, stderr } = await template('probe', '-f', rig.folder.file('values.yaml'), '--set', 'crds.install=false')
    const objects = objectsIn(stdout)
    assert.notEqual(stdout, '', stderr)
    const { spec, metadata } = deploymentIn(stdout).spec.template
    const { containers: [container], tolerations, affinity, imagePullSecrets } = spec
    assert.deepEqual(metadata.annotations, { a: several, b: '9007199254740991' })
    assert.deepEqual(tolerations, [{ key: '1', operator: 'Equal', value: 'false', effect: 'NoExecute', tolerationSeconds: 3_600_000 }])
    assert.deepEqual(affinity, { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, preference: { matchExpressions: [{ key: 'zone', operator: 'In', values: ['1', 'true', 'on'] }] } }] } })
    assert.deepEqual(imagePullSecrets, [{ name: '7' }, { name: 'true' }])
    assert.deepEqual(container!.env.slice(-2), [{ name: 'A', value: several }, { name: 'B', value: '1000000' }])
    assert.deepEqual(container!.args.slice(7), ['--image-pull-secret', '7', '--image-pull-secret', 'true', '--image-pull-policy', 'IfNotPresent', '--lease-owner', 'probe-operator', '--log-level', 'info'])
    assert.partialDeepStrictEqual(objects.find(({ kind }) => kind === 'PodMonitor')?.metadata.labels, { 'release': '1', 'app.kubernetes.io/instance': 'probe' })
    const applied = await rig.plane.kubectl(['apply', '--server-side', '--dry-run=server', '-n', 'default', '-f', '-'], JSON.stringify(deploymentIn(stdout)))
    assert.equal(applied.code, 0, applied.stderr)
  })

  test('refuses with its name a value that no cluster accepts, and a number that would change', async () => {
    const REFUSED: [string, unknown][] = [
      ...['A_B', 'a.b', ' ', 'a b', '-a', 'a-', 'a\nb', '\u65e5\u672c', 'x'.repeat(64), 1.5, -1, 12_345_678_901_234_567_890n].map((value): [string, unknown] => ['watchNamespace', value]),
      ...['a\nb', ' ', 'x'.repeat(257)].map((value): [string, unknown] => ['image/tag', value]),
      ...['', ' ', 'a b', 'x'.repeat(513), 7].map((value): [string, unknown] => ['image/repository', value]),
      ['image/pullSecrets', [{ name: 'A_B' }]],
      ['image/pullSecrets', [{ name: '' }]],
      ['podAnnotations/a', 9_007_199_254_740_993n],
      ['env/A', -9_007_199_254_740_993n],
      ['podMonitor/labels', { a: 1.5 }],
      ['tolerations', [{ value: 2.5 }]],
      ['crds/install', 'true'],
      ['replicas', '1']
    ]

    for (const [path, value] of REFUSED) {
      const [key = '', inner] = path.split('/')
      writeFileSync(rig.folder.file('values.yaml'), stringify({ [key]: inner === undefined ? value : { [inner]: value } }))
      const { code, stderr } = await template('probe', '-f', rig.folder.file('values.yaml'))
      assert.notEqual(code, 0, `${path}: ${String(value)}`)
      assert.match(stderr, new RegExp(`at '/${path}`), String(value))
    }
  })

  test('lets the operator use Secrets without consent only if a value says so', async () => {
    for (const [value, isOff] of [['secrets.needConsent=false', true], ['secrets.needConsent=true', false], ['secrets.needConsent=null', false], ['secrets=null', false]] as const) {
      const { stdout } = await template('probe', '--set', value)
      assert.equal(deploymentIn(stdout).spec.template.spec.containers[0]?.args.includes('--no-secret-consent'), isOff, value)
    }
  })

  test('refuses a number that has lost its notation, and keeps its own labels', async () => {
    writeFileSync(rig.folder.file('values.yaml'), 'image: {tag: 1.10}\npodAnnotations: {a: 2.5}\n')
    const { code, stderr } = await template('probe', '-f', rig.folder.file('values.yaml'))
    const own = await template('probe', '--set-string', 'podLabels.app\\.kubernetes\\.io/instance=mine')

    assert.notEqual(code, 0)
    assert.match(stderr, /image\/tag.*[^]*podAnnotations\/a|podAnnotations\/a[^]*image\/tag/)
    assert.equal(deploymentIn(own.stdout).spec.template.metadata.labels['app.kubernetes.io/instance'], 'probe')
  })
})

// Paths of names, labels, annotations and selectors that are not texts.
function notTexts (objects: readonly KubeObject[]): string[] {
  return objects.filter(({ kind }) => kind !== 'CustomResourceDefinition').flatMap(({ kind, metadata: { name, namespace = '', labels = {}, annotations = {} }, ...rest }) => {
    const texts = { name, namespace, ...labels, ...annotations, ...textsIn(rest, '') }

    return Object.entries(texts as Record<string, unknown>).filter(([, value]) => typeof value !== 'string').map(([key]) => `${kind} ${key}`)
  })
}

const MAPS = new Set(['labels', 'annotations', 'matchLabels', 'selector', 'nodeSelector'])
const NAMES = new Set(['name', 'namespace', 'serviceAccountName'])

function textsIn (value: unknown, path: string): Record<string, unknown> {
  if (!isRecord(value) && !Array.isArray(value)) {
    return {}
  }

  return Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => {
    const at = `${path}.${key}`
    const values = MAPS.has(key) && isRecord(inner) ? Object.entries(inner).filter(([, text]) => !isRecord(text)) : []
    const own = [...NAMES.has(key) ? [[at, inner]] : [], ...values.map(([name, text]) => [`${at}.${name}`, text])]

    return [...own, ...Object.entries(textsIn(inner, at))] as [string, unknown][]
  }))
}
