// `kubectl peerprobe` on a real API server, found by kubectl on the PATH like a user's plugin.
import assert from 'node:assert/strict'
import { symlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { COMMAND_RULES } from '../../../operator/rbac.ts'
import { ClusterRig, missingCluster, probeOf } from '../../support/cluster/cluster-rig.ts'
import { StandInStrimzi } from '../../support/cluster/stand-in-strimzi.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import { until } from '../../support/until.ts'
import type { ProbeReport } from '../../../operator/commands/status/probe-report.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'
import type { CommandEnd } from '../../support/servers/control-plane.ts'

const PROGRAM = fileURLToPath(new URL('../../../operator/commands/main.ts', import.meta.url))
const PERSON = 'person'
const LIMIT_MS = 120_000
const TWO_SCANS = { scans: [{ name: 'main', network: { preset: 'ipfs' } }, { name: 'fil', network: { preset: 'filecoin' } }] }
const MADE = ['ConfigMap', 'CronJob', 'Deployment', 'Job', 'NetworkPolicy', 'Secret', 'ServiceAccount']

suite('kubectl peerprobe', missingCluster === undefined ? {} : { skip: missingCluster }, () => {
  const stack = new AsyncDisposableStack()
  const folder = stack.use(new TempFolder())
  let rig: ClusterRig

  before(async () => {
    rig = stack.use(await ClusterRig.open())
    const role = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: PERSON }
    await rig.plane.apply(
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: PERSON }, rules: COMMAND_RULES },
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: PERSON }, roleRef: role, subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: PERSON }] }
    )
    stack.use(await StandInStrimzi.open(rig.plane, 'lab'))
    symlinkSync(PROGRAM, folder.file('kubectl-peerprobe'))
    await rig.namespace('lab')
  })
  after(async () => {
    await stack.disposeAsync()
  })

  const run = async (...args: string[]): Promise<CommandEnd> => await rig.plane.command('kubectl', ['peerprobe', ...args], undefined, {
    KUBECONFIG: rig.plane.kubeconfigOf(PERSON),
    PATH: [folder.path, dirname(process.execPath), process.env['PATH']].join(':')
  })
  const plan = async (manifest: object): Promise<CommandEnd> => {
    writeFileSync(folder.file('manifest.yaml'), JSON.stringify(manifest))
    return await run('plan', '-f', folder.file('manifest.yaml'), '--workload-image', 'peerprobe:test')
  }
  const signs = (text: string, sign: string): string[] => text.split('\n').filter(line => line.startsWith(`${sign} `)).map(line => line.slice(2)).sort()

  test('plans exactly what the operator then creates, and writes nothing itself', async () => {
    const { code, stdout, stderr } = await plan(probeOf('lab', TWO_SCANS))
    assert.equal(code, 0, stderr)
    const writes = (await rig.plane.audit()).filter(({ user, verb }) => user.username === PERSON && !['get', 'list'].includes(verb))
    assert.ok(writes.length > 5)
    assert.deepEqual(writes.filter(({ requestURI = '' }) => !requestURI.includes('dryRun=All')), [])
    assert.deepEqual(await rig.objects('lab'), [])
    assert.equal((await rig.plane.get<{ items: unknown[] }>('pp', '-n', 'lab')).items.length, 0)

    rig.operator()
    await rig.probe('lab', TWO_SCANS)
    await rig.untilReady('lab', 'True')
    const made = (await rig.objects('lab')).filter(text => MADE.some(kind => text.startsWith(`${kind}/`))).map(text => text.replace('/', ' lab/'))
    const named = (text: string): string => text.replace(/-prepare-[0-9a-f]{8}$/, '-prepare')
    assert.deepEqual(signs(stdout, '+').map(named), [...made, 'PeerProbe lab/amino'].map(named).sort())
    assert.match(stdout, /note: Secret amino-hash-key is created first/)
  })

  test('finds nothing to do for the applied manifest', async () => {
    const { stdout } = await plan(probeOf('lab', TWO_SCANS))

    assert.match(stdout, /^\d+ as they are\n$/)
  })

  test('shows the crawler whose interval would change and nothing else, with the line', async () => {
    const [main, fil] = TWO_SCANS.scans
    const { stdout } = await plan(probeOf('lab', { scans: [main, { ...fil, active: { interval: '20m' } }] }))

    assert.deepEqual(signs(stdout, '~'), ['ConfigMap lab/amino-crawler-fil', 'Deployment lab/amino-crawler-fil', 'PeerProbe lab/amino'])
    assert.match(stdout, /^ {4}\+ +interval: 20m$/m)
    assert.equal(await generation(rig), 1)
  })

  test('shows the objects of a removed scan', async () => {
    const { stdout } = await plan(probeOf('lab', { scans: TWO_SCANS.scans.slice(0, 1) }))

    assert.deepEqual(signs(stdout, '-'), ['ConfigMap lab/amino-crawler-fil', 'Deployment lab/amino-crawler-fil', 'NetworkPolicy lab/amino-crawler-fil'])
  })

  test('reports a refusal of the API server, and an unreadable file, in one line', async () => {
    const { code, stderr } = await plan(probeOf('lab', { scans: [{ name: 'main', network: { preset: 'ipfs' }, active: { interval: '1ms' } }] }))
    assert.equal(code, 1, stderr)
    assert.match(stderr, /^peerprobe: .*interval.*\(PP_KUBE_INVALID\)\n$/)
    const missing = await run('plan', '-f', folder.file('none.yaml'))

    assert.match(missing.stderr, /^peerprobe: --filename: ENOENT.*\(PP_CONFIG_INVALID\)\n$/)
    assert.notEqual(missing.code, 0)
  })

  test('shows the state of PeerProbes, the first cause, and what to do', async () => {
    await rig.plane.kubectl(['delete', 'secret', 'mysql', '-n', 'lab'])
    await rig.plane.kubectl(['annotate', 'pp', 'amino', '-n', 'lab', 'touched=1'])
    await rig.untilReady('lab', 'False', { reason: 'SecretMissing' })
    await until('the status is that of the last change', async () => (await run('status', 'amino', '-n', 'lab')).stdout.includes('SecretMissing'), LIMIT_MS)
    const { stdout, code } = await run('status', '-A')

    assert.equal(code, 0)
    assert.match(stdout, /^PeerProbe lab\/amino is not ready \(SecretMissing\): .*Secret lab\/mysql does not exist\n {2}What to do: Create the Secret/)
    assert.match(stdout, /\nSCAN +RUNS.*\nmain +yes .*\nfil +yes /)
    const waited = await run('status', 'amino', '-n', 'lab', '--wait', '--timeout', '2s', '-o', 'json')
    assert.equal(waited.code, 2, waited.stderr)
    assert.match(waited.stderr, /^lab\/amino: not ready, SecretMissing: .*\npeerprobe: not ready after 2 s \(--timeout\)\n$/)
    const { probes: [report = assert.fail()] } = JSON.parse(waited.stdout) as { probes: ProbeReport[] }
    assert.deepEqual([report.namespace, report.verdict.state, report.verdict.reason, report.crawlers], ['lab', 'unhealthy', 'SecretMissing', { ready: 2, wanted: 2 }])
    assert.ok(report.warnings?.some(({ object, reason }) => object === 'PeerProbe amino' && reason === 'SecretMissing'))
    await rig.secret('lab')
    const ready = await run('status', 'amino', '-n', 'lab', '--wait', '--timeout', '2m', '-o', 'yaml')
    assert.deepEqual([ready.code, /^ {6}state: healthy$/m.test(ready.stdout)], [0, true], `${ready.stdout}${ready.stderr}`)
    const none = await run('status', 'other', '-n', 'lab')
    assert.equal(none.code, 64)
    assert.match(none.stderr, /there is no PeerProbe other in namespace lab/)
  })

  test('uses no right that the role for users does not grant, and that role grants no right that is never used', async () => {
    const everything = {
      scans: [{ name: 'main', network: { preset: 'ipfs' }, passive: { expose: { type: 'LoadBalancer' } }, storage: { claim: 'known' } }],
      kafka: { strimzi: { cluster: 'events', namespace: 'kafka' }, authentication: { type: 'tls' }, topic: { name: 'other' } },
      consumer: { replicas: 2 }
    }
    await rig.installPodMonitors()
    const { stdout, stderr } = await plan(probeOf('lab', everything, 'whole'))
    assert.match(stdout, /^\+ KafkaUser kafka\/lab-whole-peerprobe$/m, stderr)
    assert.match(stdout, /^\+ PodMonitor lab\/whole$/m)

    const asked = new Set((await rig.plane.audit()).filter(({ user, objectRef }) => user.username === PERSON && objectRef !== undefined).map(({ verb, objectRef }) => `${verb} ${objectRef?.apiGroup ?? ''}/${objectRef?.resource ?? ''}`))
    const granted = COMMAND_RULES.flatMap(({ apiGroups: [group = ''], resources, verbs }) => resources.flatMap(resource => verbs.map(verb => `${verb} ${group}/${resource}`)))
    // Rights that the API server checks without a separate request: a dry run by apply may create,
    // and owner references that block deletion need `finalizers`.
    const implied = (right: string): boolean => right.endsWith('/finalizers') || (right.startsWith('create ') && granted.includes(right.replace('create ', 'patch ')))

    assert.deepEqual([...asked].filter(right => !granted.includes(right)), [])
    assert.deepEqual(granted.filter(right => !asked.has(right) && !implied(right)), [])
  })
})

async function generation (rig: ClusterRig): Promise<number | undefined> {
  return (await rig.plane.get<KubeObject>('pp', 'amino', '-n', 'lab')).metadata.generation
}
