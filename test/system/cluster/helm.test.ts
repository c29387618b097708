// The chart on a real API server by real helm. The operator runs from the chart's own command line, as its own
// ServiceAccount, since simulated nodes run nothing.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { cluster } from '../../../scripts/provision/cluster.ts'
import { Child } from '../../support/child.ts'
import { CHART, ChartRig } from '../../support/cluster/chart-rig.ts'
import { missingCluster, probeOf } from '../../support/cluster/cluster-rig.ts'
import type { Condition } from '../../../operator/reconcile/conditions/conditions.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'
import type { CommandEnd } from '../../support/servers/control-plane.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const CRDS = fileURLToPath(new URL('../../../crds', import.meta.url))
const SYSTEM = 'peerprobe-system'
const SECRET = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mysql', namespace: 'default', labels: { 'peerprobe.dev/use': 'true' } }, stringData: { username: 'probe', password: 'secret' } }
const found = cluster.find()

interface OperatorDeployment extends KubeObject { spec: { template: { spec: { serviceAccountName: string, containers: { args: string[] }[] } } } }

suite('the chart', missingCluster === undefined ? {} : { skip: missingCluster }, () => {
  let rig: ChartRig

  before(async () => {
    rig = await ChartRig.open('at' in found ? found.at : '')
  })
  after(async () => {
    await rig[Symbol.asyncDispose]()
  })

  const helm = async (...args: string[]): Promise<CommandEnd> => await rig.helm(...args)

  // Runs an operator from its Deployment's own command line, as its own ServiceAccount.
  const operatorOf = async (name: string): Promise<Child> => {
    const { spec: { template: { spec } } } = await rig.plane.get<OperatorDeployment>('deployment', name, '-n', SYSTEM)
    const { stdout: token } = await rig.plane.kubectl(['create', 'token', spec.serviceAccountName, '-n', SYSTEM])
    const server = { 'server': rig.plane.url, 'certificate-authority-data': (await rig.plane.kubectl(['config', 'view', '--raw', '-o', 'jsonpath={.clusters[0].cluster.certificate-authority-data}'])).stdout }
    writeFileSync(rig.folder.file(name), JSON.stringify({ 'apiVersion': 'v1', 'kind': 'Config', 'clusters': [{ name: 'c', cluster: server }], 'users': [{ name: 'u', user: { token: token.trim() } }], 'contexts': [{ name: 'x', context: { cluster: 'c', user: 'u' } }], 'current-context': 'x' }))

    return new Child(spawn(process.execPath, [...spec.containers[0]!.args, '--admin-port', '0', '--no-pod-status'], { cwd: ROOT, env: { ...process.env, KUBECONFIG: rig.folder.file(name), POD_NAMESPACE: SYSTEM }, stdio: ['ignore', 'pipe', 'inherit'] }))
  }

  test('passes helm lint, and refuses unknown values', async () => {
    const { code, stdout, stderr } = await helm('lint', '--strict', CHART)
    assert.equal(code, 0, stdout + stderr)
    const wrong = await helm('template', 'x', CHART, '--set', 'replicaz=2')

    assert.notEqual(wrong.code, 0)
    assert.match(wrong.stderr, /replicaz/)
  })

  test('installs definition, role and operator; PeerProbes become Ready with the chart\'s own command line and rights', async () => {
    const { code, stderr } = await helm('install', 'probe', CHART, '-n', SYSTEM, '--create-namespace', '--wait', '--timeout', '60s')
    assert.equal(code, 0, stderr)
    await rig.plane.apply(SECRET, probeOf('default'))
    await using operator = await operatorOf('probe-operator')
    const { code: waited, stderr: why } = await rig.plane.kubectl(['wait', '--for=condition=Ready', 'pp/amino', '--timeout=120s'])

    assert.equal(waited, 0, `${why} ${operator.output}`)
  })

  test('is upgraded, and uninstalled without the PeerProbes and their definition', async () => {
    assert.equal((await helm('upgrade', 'probe', CHART, '-n', SYSTEM, '--set', 'logLevel=debug', '--wait', '--timeout', '60s')).code, 0)
    assert.equal((await helm('uninstall', 'probe', '-n', SYSTEM, '--wait', '--timeout', '60s')).code, 0)
    const { status } = await rig.plane.get<KubeObject>('pp', 'amino')
    const left = (await rig.plane.kubectl(['get', 'deployment,clusterrole,serviceaccount', '-A', '-l', 'app.kubernetes.io/instance=probe', '-o', 'name'])).stdout

    assert.ok((status as { conditions: Condition[] }).conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'))
    assert.equal(left, '')
  })

  test('serves two releases in one namespace, each of which watches another namespace', async () => {
    const names = ['left', 'right']
    assert.equal((await rig.plane.kubectl(['apply', '--server-side', '--force-conflicts', '-f', CRDS])).code, 0)

    for (const name of names) {
      await rig.plane.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
      const { code, stderr } = await helm('install', name, CHART, '-n', SYSTEM, '--create-namespace', '--set', `watchNamespace=${name}`, '--set', 'crds.install=false')
      assert.equal(code, 0, stderr)
      await rig.plane.apply({ ...SECRET, metadata: { ...SECRET.metadata, namespace: name } }, probeOf(name))
    }
    await using left = await operatorOf('left-operator')
    await using right = await operatorOf('right-operator')

    for (const name of names) {
      const { code, stderr } = await rig.plane.kubectl(['wait', '--for=condition=Ready', 'pp/amino', '-n', name, '--timeout=120s'])
      assert.equal(code, 0, `${stderr} ${left.output} ${right.output}`)
    }
  })

  test('in one namespace has rights only there', async () => {
    const { stdout } = await helm('template', 'one', CHART, '-n', SYSTEM, '--set', 'watchNamespace=lab', '--set', 'crds.install=false')

    assert.doesNotMatch(stdout, /kind: ClusterRole/)
    assert.match(stdout, /kind: Role\nmetadata:\n {2}name: "one-operator"\n {2}namespace: "lab"/)
    assert.doesNotMatch(stdout, /CustomResourceDefinition/)
    assert.match(stdout, /- --namespace\n +- "lab"/)
  })
})
