// A real Kubernetes control plane on loopback: etcd, API server, controller manager, scheduler and, by default, kwok to
// simulate nodes. Everything is in one temporary folder and ends with this process.
import { execFile } from 'node:child_process'
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isNotFound } from '../../../operator/runtime/kube-client.ts'
import { TempFolder } from '../temp-folder.ts'
import { until } from '../until.ts'
import { ApiRequests } from './api-requests.ts'
import { AuditLog } from './audit-log.ts'
import { ClusterPki } from './cluster-pki.ts'
import { freePorts } from './free-ports.ts'
import { LeashedProcess } from './leashed-process.ts'
import { isListening } from './tcp-answer.ts'
import type { AuditEvent } from './audit-log.ts'

const STAGES = fileURLToPath(new URL('./kwok-stages.yaml', import.meta.url))
const READY_LIMIT_MS = 120_000
const AUDIT_LIMIT_MS = 60_000
// Longer than any command waits by itself.
const COMMAND_LIMIT_MS = 300_000
const SERVICE_RANGE = '10.96.0.0/24'
const AUDIT_POLICY = 'apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules: [{level: Metadata}]\n'
// Enough of each resource for the requests of a thousand PeerProbes.
const SIZE = { 'cpu': '640', 'memory': '2560Gi', 'ephemeral-storage': '1Ti', 'pods': '2000' }
const NODE = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'kwok-0', annotations: { 'kwok.x-k8s.io/node': 'fake' }, labels: { 'kubernetes.io/hostname': 'kwok-0', 'kubernetes.io/os': 'linux', 'type': 'kwok' } },
  status: { allocatable: SIZE, capacity: SIZE }
}

/** The result of a kubectl command. */
export interface CommandEnd { code: number, stdout: string, stderr: string }

/** Options of {@link ControlPlane.open}. */
export interface ControlPlaneOptions {
  /** Simulated nodes. @default true */
  kwok?: boolean

  /** IP address of this machine that the API server listens on. @default '127.0.0.1' */
  host?: string

  /** Further arguments of the API server, which take precedence. */
  apiServerArgs?: (pki: ClusterPki) => readonly string[]
}

/** A control plane for one test file. */
export class ControlPlane implements AsyncDisposable {
  /** Kubeconfig of a user who may do everything. */
  readonly kubeconfig: string

  readonly url: string

  /** URL of the API server. */
  readonly host: string

  readonly #bin: string
  readonly #folder: TempFolder
  readonly #pki: ClusterPki
  readonly #requests: ApiRequests
  readonly #auditLog: AuditLog
  readonly #ports: { api: number, etcd: number, peer: number }
  readonly #running = new Map<string, LeashedProcess>()
  readonly #apiServerArgs: readonly string[]
  #marks = 0

  private constructor (bin: string, folder: TempFolder, ports: { api: number, etcd: number, peer: number }, { host, apiServerArgs }: Required<Pick<ControlPlaneOptions, 'host' | 'apiServerArgs'>>) {
    this.#bin = bin
    this.#folder = folder
    this.#ports = ports
    this.host = host
    this.url = `https://${host}:${String(ports.api)}`
    this.#pki = new ClusterPki(folder.path, { url: this.url, host })
    this.kubeconfig = this.#pki.kubeconfig('admin', '/O=system:masters/CN=admin')
    this.#requests = new ApiRequests(this.kubeconfig)
    this.#auditLog = new AuditLog(folder.file('audit.jsonl'))
    this.#apiServerArgs = apiServerArgs(this.#pki)
  }

  /** Certificate of the authority that signed all certificates of the cluster. */
  get caFile (): string {
    return this.#pki.ca
  }

  /** Starts everything from a folder of programs (`scripts/provision/cluster.ts` finds it); without `kwok` the caller provides the nodes. */
  static async open (bin: string, { kwok = true, host = '127.0.0.1', apiServerArgs = () => [] }: ControlPlaneOptions = {}): Promise<ControlPlane> {
    const [api = 0, etcd = 0, peer = 0] = await freePorts(3)
    const plane = new ControlPlane(bin, new TempFolder(), { api, etcd, peer }, { host, apiServerArgs })

    try {
      await plane.#start()

      if (kwok) {
        await plane.#startKwok()
      }
    } catch (err) {
      await plane[Symbol.asyncDispose]()
      throw err
    }

    return plane
  }

  /** Runs kubectl; `input` goes to its standard input. */
  async kubectl (args: readonly string[], input?: string): Promise<CommandEnd> {
    return await this.command('kubectl', args, input)
  }

  /** Reads objects like `kubectl get -o json` without starting kubectl: see {@link ApiRequests.get}. Rejects if an object is missing. */
  async get<T = Record<string, unknown>> (...args: string[]): Promise<T> {
    return await this.#requests.get(args) as T
  }

  /** Whether the object that {@link get} would read exists. */
  async has (...args: string[]): Promise<boolean> {
    return await this.get(...args).then(() => true, (err: unknown) => {
      if (isNotFound(err)) {
        return false
      }
      throw err
    })
  }

  /** Applies objects one after another. All must succeed. */
  async apply (...objects: readonly object[]): Promise<void> {
    for (const object of objects) {
      await this.#requests.apply(object)
    }
  }

  /** Merges into the status of an object. */
  async mergeStatus (kind: string, key: { namespace: string, name: string }, status: object): Promise<void> {
    await this.#requests.mergeStatus(kind, key, status)
  }

  /** Runs one of the programs with the admin's kubeconfig. */
  async command (program: string, args: readonly string[], input?: string, env: Record<string, string> = {}): Promise<CommandEnd> {
    return await new Promise((resolve) => {
      const options = { env: { ...process.env, KUBECONFIG: this.kubeconfig, ...env }, maxBuffer: 64 * 1_024 * 1_024, timeout: COMMAND_LIMIT_MS }
      const child = execFile(join(this.#bin, program), args, options, (err, stdout, stderr) => {
        const end = err?.killed === true ? `${program} was ended after ${String(COMMAND_LIMIT_MS)} ms` : ''
        resolve({ code: err === null ? 0 : Number(err.code ?? 1), stdout, stderr: `${stderr}${end}` })
      })
      child.stdin?.end(input)
    })
  }

  /** A kubeconfig file with its own client certificate. */
  kubeconfigOf (name: string, group?: string): string {
    return this.#pki.kubeconfig(name, `${group === undefined ? '' : `/O=${group}`}/CN=${name}`)
  }

  /** Kills the API server like a power failure, and starts it again on the same port. */
  async restartApiServer (): Promise<void> {
    await this.#running.get('kube-apiserver')?.kill()
    await this.#startApiServer()
  }

  /** Requests in the audit log up to this call, the oldest first. */
  async audit (): Promise<AuditEvent[]> {
    // The API server writes the line of a request after its answer: an extra request marks the end.
    const mark = `audit-mark-${String(this.#marks++)}`
    await this.#requests.answers(`/api/v1/namespaces/${mark}`)
    await until('the audit log holds the mark', () => this.#auditLog.events().findLast(({ objectRef }) => objectRef?.name === mark) !== undefined, AUDIT_LIMIT_MS)

    return [...this.#auditLog.events()]
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await Promise.all([...this.#running.values()].map(async (process) => {
      await process.kill()
    }))
    this.#folder[Symbol.dispose]()
  }

  async #start (): Promise<void> {
    const { etcd, peer } = this.#ports
    const at = (port: number): string => `http://127.0.0.1:${String(port)}`
    await this.#run('etcd', [
      `--data-dir=${this.#folder.file('etcd')}`,
      '--unsafe-no-fsync',
      '--log-level=warn',
      `--listen-client-urls=${at(etcd)}`,
      `--advertise-client-urls=${at(etcd)}`,
      `--listen-peer-urls=${at(peer)}`,
      `--initial-advertise-peer-urls=${at(peer)}`,
      `--initial-cluster=default=${at(peer)}`
    ], async () => await isListening(etcd))
    writeFileSync(this.#folder.file('audit.yaml'), AUDIT_POLICY)
    await this.#startApiServer()
    await this.#startControllers()
  }

  async #startKwok (): Promise<void> {
    copyFileSync(STAGES, this.#folder.file('stages.yaml'))
    await this.#run('kwok', [
      `--kubeconfig=${this.kubeconfig}`,
      '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
      '--node-ip=127.0.0.1',
      `--config=${this.#folder.file('stages.yaml')}`
    ], async () => await Promise.resolve(true))
    await this.kubectl(['create', '-f', '-'], JSON.stringify(NODE))
  }

  async #startApiServer (): Promise<void> {
    const pki = this.#pki
    await this.#run('kube-apiserver', [
      `--etcd-servers=http://127.0.0.1:${String(this.#ports.etcd)}`,
      `--bind-address=${this.host}`,
      `--secure-port=${String(this.#ports.api)}`,
      '--endpoint-reconciler-type=none',
      `--tls-cert-file=${pki.serverCert}`,
      `--tls-private-key-file=${pki.serverKey}`,
      `--client-ca-file=${pki.ca}`,
      '--authorization-mode=Node,RBAC',
      '--anonymous-auth=false',
      `--service-cluster-ip-range=${SERVICE_RANGE}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${pki.tokenPublicKey}`,
      `--service-account-signing-key-file=${pki.tokenKey}`,
      '--allow-privileged=true',
      '--profiling=false',
      `--audit-policy-file=${this.#folder.file('audit.yaml')}`,
      `--audit-log-path=${this.#folder.file('audit.jsonl')}`,
      ...this.#apiServerArgs
    ], async () => await this.#requests.answers('/api/v1/namespaces/default') && (await this.kubectl(['get', '--raw=/readyz'])).code === 0)
  }

  async #startControllers (): Promise<void> {
    const common = ['--leader-elect=false', '--secure-port=0', '--profiling=false', '--kube-api-qps=300', '--kube-api-burst=600']
    await this.#run('kube-controller-manager', [
      `--kubeconfig=${this.#pki.kubeconfig('kcm', '/CN=system:kube-controller-manager')}`,
      '--use-service-account-credentials',
      `--service-account-private-key-file=${this.#pki.tokenKey}`,
      `--root-ca-file=${this.#pki.ca}`,
      // Simulated nodes send no heartbeats.
      '--node-monitor-grace-period=24h',
      ...common
    ], async () => await this.#requests.answers('/api/v1/namespaces/default/serviceaccounts/default'))
    await this.#run('kube-scheduler', [`--kubeconfig=${this.#pki.kubeconfig('scheduler', '/CN=system:kube-scheduler')}`, ...common], async () => await Promise.resolve(true))
  }

  async #run (name: string, args: readonly string[], isReady: () => Promise<boolean>): Promise<void> {
    const process = await LeashedProcess.start([join(this.#bin, name), ...args], { logPath: this.#folder.file(`${name}.log`) })
    this.#running.set(name, process)
    await process.ready(isReady, READY_LIMIT_MS)
  }
}
