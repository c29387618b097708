// The chart on a real API server by real helm. The operator runs from the chart's own command line, as its own
// ServiceAccount, since pretended nodes run nothing.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { cluster } from '../../../scripts/provision/cluster.ts'
import { missingCluster, probeOf } from '../../support/cluster/cluster-rig.ts'
import { ControlPlane } from '../../support/servers/control-plane.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import type { Condition } from '../../../operator/reconcile/conditions.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'
import type { CommandEnd } from '../../support/servers/control-plane.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const CHART = fileURLToPath(new URL('../../../helm/peerprobe', import.meta.url))
const SYSTEM = 'peerprobe-system'
const found = cluster.find()

interface OperatorDeployment extends KubeObject { spec: { template: { spec: { serviceAccountName: string, containers: { args: string[] }[] } } } }

suite('the chart', missingCluster === undefined ? {} : { skip: missingCluster }, () => {
  let plane: ControlPlane
  let folder: TempFolder

  before(async () => {
    plane = await ControlPlane.open('at' in found ? found.at : '')
    folder = new TempFolder()
  })
  after(async () => {
    folder[Symbol.dispose]()
    await plane[Symbol.asyncDispose]()
  })

  const helm = async (...args: string[]): Promise<CommandEnd> => await plane.command('helm', args, undefined, { HELM_CACHE_HOME: folder.file('cache'), HELM_CONFIG_HOME: folder.file('config'), HELM_DATA_HOME: folder.file('data') })

  test('passes helm\'s own check, and refuses values that it does not know', async () => {
    const { code, stdout, stderr } = await helm('lint', '--strict', CHART)
    assert.equal(code, 0, stdout + stderr)
    const wrong = await helm('template', 'x', CHART, '--set', 'replicaz=2')

    assert.notEqual(wrong.code, 0)
    assert.match(wrong.stderr, /replicaz/)
  })

  test('installs definition, role and operator; PeerProbes become Ready by the chart\'s own command line and rights', async () => {
    const { code, stderr } = await helm('install', 'probe', CHART, '-n', SYSTEM, '--create-namespace', '--wait', '--timeout', '60s')
    assert.equal(code, 0, stderr)
    const { spec: { template: { spec } } } = await plane.get<OperatorDeployment>('deployment', 'probe-operator', '-n', SYSTEM)
    const { stdout: token } = await plane.kubectl(['create', 'token', spec.serviceAccountName, '-n', SYSTEM])
    const server = { 'server': plane.url, 'certificate-authority-data': (await plane.kubectl(['config', 'view', '--raw', '-o', 'jsonpath={.clusters[0].cluster.certificate-authority-data}'])).stdout }
    writeFileSync(folder.file('kubeconfig'), JSON.stringify({ 'apiVersion': 'v1', 'kind': 'Config', 'clusters': [{ name: 'c', cluster: server }], 'users': [{ name: 'u', user: { token: token.trim() } }], 'contexts': [{ name: 'x', context: { cluster: 'c', user: 'u' } }], 'current-context': 'x' }))
    const operator = spawn(process.execPath, [...spec.containers[0]!.args, '--admin-port', '0', '--no-pod-status'], { cwd: ROOT, env: { ...process.env, KUBECONFIG: folder.file('kubeconfig'), POD_NAMESPACE: SYSTEM }, stdio: 'ignore' })

    try {
      await plane.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mysql', namespace: 'default' }, stringData: { username: 'probe', password: 'secret' } }, probeOf('default'))
      const { code: waited, stderr: why } = await plane.kubectl(['wait', '--for=condition=Ready', 'pp/amino', '--timeout=60s'])
      assert.equal(waited, 0, why)
    } finally {
      operator.kill('SIGTERM')
      await once(operator, 'exit')
    }
  })

  test('is upgraded, and uninstalled without the PeerProbes and their definition', async () => {
    assert.equal((await helm('upgrade', 'probe', CHART, '-n', SYSTEM, '--set', 'logLevel=debug', '--wait', '--timeout', '60s')).code, 0)
    assert.equal((await helm('uninstall', 'probe', '-n', SYSTEM, '--wait', '--timeout', '60s')).code, 0)
    const { status } = await plane.get<KubeObject>('pp', 'amino')
    const left = (await plane.kubectl(['get', 'deployment,clusterrole,serviceaccount', '-A', '-l', 'app.kubernetes.io/instance=probe', '-o', 'name'])).stdout

    assert.ok((status as { conditions: Condition[] }).conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'))
    assert.equal(left, '')
  })

  test('in one namespace has rights there alone', async () => {
    const { stdout } = await helm('template', 'one', CHART, '-n', SYSTEM, '--set', 'watchNamespace=lab', '--set', 'crds.install=false')

    assert.doesNotMatch(stdout, /kind: ClusterRole/)
    assert.match(stdout, /kind: Role\nmetadata:\n {2}name: one-operator\n {2}namespace: lab/)
    assert.doesNotMatch(stdout, /CustomResourceDefinition/)
    assert.match(stdout, /- --namespace\n +- lab/)
  })
})
