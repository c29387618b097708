// An operator that watches some namespaces, with the chart's own roles: it serves these, and has no rights beyond them.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'
import { RULES } from '../../../operator/rbac.ts'
import { cluster } from '../../../scripts/provision/cluster.ts'
import { Child } from '../../support/child.ts'
import { missingCluster, probeOf } from '../../support/cluster/cluster-rig.ts'
import { ControlPlane } from '../../support/servers/control-plane.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'
import type { CommandEnd } from '../../support/servers/control-plane.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const CHART = fileURLToPath(new URL('../../../helm/peerprobe', import.meta.url))
const SYSTEM = 'peerprobe-system'
const SERVED = ['team-a', 'team-b']
const OTHER = 'others'
const ACCOUNT = `system:serviceaccount:${SYSTEM}:some-operator`
const found = cluster.find()

interface OperatorDeployment extends KubeObject { spec: { template: { spec: { containers: { args: string[] }[] } } } }
interface Role extends KubeObject { rules: { apiGroups: string[], resources: string[], verbs: string[] }[] }

suite('an operator that watches some namespaces', missingCluster === undefined ? {} : { skip: missingCluster }, () => {
  let plane: ControlPlane
  let folder: TempFolder

  before(async () => {
    plane = await ControlPlane.open('at' in found ? found.at : '')
    folder = new TempFolder()

    for (const namespace of [...SERVED, OTHER]) {
      await plane.apply(
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
        { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mysql', namespace, labels: { 'peerprobe.dev/use': 'true' } }, stringData: { username: 'probe', password: 'secret' } }
      )
    }
    const { code, stderr } = await helm('install', 'some', CHART, '-n', SYSTEM, '--create-namespace', '--set', `watchNamespaces={${SERVED.join(',')}}`)
    assert.equal(code, 0, stderr)
  })
  after(async () => {
    folder[Symbol.dispose]()
    await plane[Symbol.asyncDispose]()
  })

  const helm = async (...args: string[]): Promise<CommandEnd> => await plane.command('helm', args, undefined, { HELM_CACHE_HOME: folder.file('cache'), HELM_CONFIG_HOME: folder.file('config'), HELM_DATA_HOME: folder.file('data') })
  const may = async (verb: string, resource: string, namespace: string): Promise<boolean> => (await plane.kubectl(['auth', 'can-i', verb, resource, '-n', namespace, '--as', ACCOUNT])).stdout.trim() === 'yes'

  async function operator (): Promise<Child> {
    const { spec } = await plane.get<OperatorDeployment>('deployment', 'some-operator', '-n', SYSTEM)
    const { stdout: token } = await plane.kubectl(['create', 'token', 'some-operator', '-n', SYSTEM])
    const authority = (await plane.kubectl(['config', 'view', '--raw', '-o', 'jsonpath={.clusters[0].cluster.certificate-authority-data}'])).stdout
    const server = { 'server': plane.url, 'certificate-authority-data': authority }
    writeFileSync(folder.file('kubeconfig'), JSON.stringify({ 'apiVersion': 'v1', 'kind': 'Config', 'clusters': [{ name: 'c', cluster: server }], 'users': [{ name: 'u', user: { token: token.trim() } }], 'contexts': [{ name: 'x', context: { cluster: 'c', user: 'u' } }], 'current-context': 'x' }))

    return new Child(spawn(process.execPath, [...spec.template.spec.containers[0]!.args, '--admin-port', '0', '--no-pod-status'], { cwd: ROOT, env: { ...process.env, KUBECONFIG: folder.file('kubeconfig'), POD_NAMESPACE: SYSTEM }, stdio: ['ignore', 'pipe', 'inherit'] }))
  }

  test('serves each of them, and nothing elsewhere', async () => {
    await plane.apply(...[...SERVED, OTHER].map(namespace => probeOf(namespace)))
    await using running = await operator()

    for (const namespace of SERVED) {
      const { code, stderr } = await plane.kubectl(['wait', '--for=condition=Ready', 'pp/amino', '-n', namespace, '--timeout=60s'])
      assert.equal(code, 0, `${namespace}: ${stderr} ${running.output.slice(-1_500)}`)
    }

    assert.equal((await plane.get<KubeObject>('pp', 'amino', '-n', OTHER))['status'], undefined)
    assert.equal((await plane.get<{ items: unknown[] }>('deployment,job,cronjob', '-n', OTHER)).items.length, 0)
    assert.doesNotMatch(running.output, /KubeForbidden|forbidden/)
  })

  test('has no right in another namespace, in the release\'s own except for its lease, or in the whole cluster', async () => {
    const refused = RULES.filter(({ resources }) => !resources.includes('leases')).flatMap(({ apiGroups: [group = ''], resources, verbs }) => resources.flatMap(resource => verbs.map((verb): [string, string] => [verb, group === '' ? resource : `${resource}.${group}`])))

    for (const namespace of [OTHER, SYSTEM]) {
      for (const [verb, resource] of refused.filter(([, name]) => /^(secrets|deployments\.|jobs\.|peerprobes\.|configmaps|pods|serviceaccounts)/.test(name))) {
        assert.equal(await may(verb, resource, namespace), false, `${verb} ${resource} in ${namespace}`)
      }
    }
    for (const [verb, resource] of [['get', 'secrets'], ['create', 'deployments.apps'], ['list', 'peerprobes.peerprobe.dev']] as const) {
      assert.equal(await may(verb, resource, SERVED[0]!), true, `${verb} ${resource}`)
      assert.equal((await plane.kubectl(['auth', 'can-i', verb, resource, '-A', '--as', ACCOUNT])).stdout.trim(), 'no')
    }
    assert.equal(await may('update', 'leases.coordination.k8s.io', SYSTEM), true)
    assert.equal((await plane.kubectl(['get', 'clusterrole,clusterrolebinding', '-l', 'app.kubernetes.io/instance=some', '-o', 'name'])).stdout, '')
  })

  test('is rendered with roles only in these namespaces, whichever value lists them', async () => {
    for (const [args, namespaces] of [
      [['watchNamespaces={team-a,team-b}'], ['team-a', 'team-b']],
      [['watchNamespace=lab'], ['lab']],
      [['watchNamespace=lab', 'watchNamespaces={lab,team-a}'], ['lab', 'team-a']]
    ] as const) {
      const { stdout, stderr } = await helm('template', 'one', CHART, '-n', SYSTEM, '--set', 'crds.install=false', ...args.flatMap(value => ['--set', value]))
      const objects = parseAllDocuments(stdout).map(document => document.toJS() as KubeObject | null).filter(object => object !== null)
      const roles = objects.filter(({ kind }) => kind.includes('Role'))
      assert.deepEqual(roles.filter(({ kind }) => kind.startsWith('Cluster')), [], stderr)
      assert.deepEqual([...new Set(roles.map(({ metadata: { namespace = SYSTEM } }) => namespace))].sort(), [...namespaces, SYSTEM].sort())
      const own = roles.filter(({ kind, metadata: { namespace } }) => kind === 'Role' && namespace === undefined) as Role[]
      assert.deepEqual(own.flatMap(({ rules }) => rules.flatMap(({ resources }) => resources)), ['leases', 'deployments'])
    }
  })

  test('refuses an invalid name of a namespace, with its value', async () => {
    for (const name of ['A', 'a.b', '-a', '']) {
      const { code, stderr } = await helm('template', 'one', CHART, '--set-string', `watchNamespaces[0]=${name}`)
      assert.notEqual(code, 0, name)
      assert.match(stderr, /watchNamespaces/)
    }
  })
})
