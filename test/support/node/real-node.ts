// A real Kubernetes node in the box of a test file: containerd, kubelet, kube-proxy and CoreDNS, beside a real control plane.
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ControlPlane } from '../servers/control-plane.ts'
import { LeashedProcess } from '../servers/leashed-process.ts'
import { TempFolder } from '../temp-folder.ts'
import { until } from '../until.ts'
import { packImage } from './image-archive.ts'
import { BOX_ADDRESS, POD_SUBNET } from './node-box.ts'
import { CNI_SETTINGS, CONTAINERD_SOCKET, containerdSettings, corefile, kubeletSettings, PAUSE_IMAGE } from './node-settings.ts'
import type { ClusterPki } from '../servers/cluster-pki.ts'

const run = promisify(execFile)
const NAME = 'real'
const READY_LIMIT_MS = 120_000

/** Where the programs and the images are. */
export interface RealNodeOptions {
  /** Folder of the control plane's programs (`scripts/provision/cluster.ts`). */
  cluster: string

  /** Folder of the node's programs (`scripts/provision/node.ts`). */
  node: string

  /** Archives of images that pods may use. */
  images: readonly string[]
}

/** A control plane with one real node. The test file must run in a box (`node-box.ts`). */
export class RealNode implements AsyncDisposable {
  readonly plane: ControlPlane
  readonly #folder: TempFolder
  readonly #bin: string
  readonly #running: Map<string, LeashedProcess>

  private constructor (plane: ControlPlane, { folder, bin, running }: { folder: TempFolder, bin: string, running: Map<string, LeashedProcess> }) {
    this.plane = plane
    this.#folder = folder
    this.#bin = bin
    this.#running = running
  }

  /** Starts everything; resolves when the node is Ready. */
  static async open ({ cluster, node: bin, images }: RealNodeOptions): Promise<RealNode> {
    await using stack = new AsyncDisposableStack()
    const folder = stack.use(new TempFolder())
    const containerd = stack.use(await startContainerd(bin, folder))
    await importImages(bin, [await pauseImage(bin, folder), ...images])
    const plane = stack.use(await ControlPlane.open(cluster, { kwok: false, host: BOX_ADDRESS, apiServerArgs: apiServerArgs }))
    const node = new RealNode(plane, { folder, bin, running: new Map([['containerd', containerd]]) })
    await node.startKubelet()
    await node.#startProxy()
    await node.#startDns()
    await until('the node is Ready', async () => (await plane.kubectl(['wait', '--for=condition=Ready', '--timeout=1s', `node/${NAME}`])).code === 0, READY_LIMIT_MS)
    stack.move()

    return node
  }

  /** Starts the kubelet; again after {@link kill}. */
  async startKubelet (): Promise<void> {
    const { path } = this.#folder
    mkdirSync(join(path, 'kubelet'), { recursive: true })
    mkdirSync(join(path, 'pod-logs'), { recursive: true })
    writeFileSync(join(path, 'resolv.conf'), '')
    writeFileSync(join(path, 'kubelet.json'), JSON.stringify(kubeletSettings(path, this.plane.caFile)))
    await this.#start('kubelet', [
      `--config=${join(path, 'kubelet.json')}`,
      `--kubeconfig=${this.plane.kubeconfigOf(`system:node:${NAME}`, 'system:nodes')}`,
      `--hostname-override=${NAME}`,
      `--node-ip=${BOX_ADDRESS}`,
      `--root-dir=${join(path, 'kubelet')}`,
      `--cert-dir=${join(path, 'kubelet', 'pki')}`
    ])
  }

  /** Kills one of the node's programs like a power failure. */
  async kill (program: string): Promise<void> {
    await this.#running.get(program)?.kill()
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    // Containers end before the programs that could end them.
    await this.plane.kubectl(['delete', 'pods', '--all-namespaces', '--all', '--grace-period=1', '--timeout=30s'])

    for (const process of [...this.#running.values()].reverse()) {
      await process.kill()
    }
    await this.plane[Symbol.asyncDispose]()
    await unmountBelow(this.#folder.path)
    this.#folder[Symbol.dispose]()
  }

  async #startProxy (): Promise<void> {
    await this.#start('kube-proxy', [
      `--kubeconfig=${this.plane.kubeconfigOf('system:kube-proxy')}`,
      '--proxy-mode=nftables',
      `--hostname-override=${NAME}`,
      `--bind-address=${BOX_ADDRESS}`,
      `--cluster-cidr=${POD_SUBNET}`,
      '--conntrack-max-per-core=0',
      `--healthz-bind-address=${BOX_ADDRESS}:10256`,
      `--metrics-bind-address=${BOX_ADDRESS}:10249`
    ])
  }

  async #startDns (): Promise<void> {
    const file = this.#folder.file('Corefile')
    writeFileSync(file, corefile(this.plane.kubeconfigOf('coredns', 'system:masters')))
    await this.#start('coredns', ['-conf', file])
  }

  async #start (name: string, args: readonly string[]): Promise<void> {
    const options = { logPath: this.#folder.file(`${name}.log`), env: programsOf(this.#bin) }
    this.#running.set(name, await LeashedProcess.start([join(this.#bin, name), ...args], options))
  }
}

async function startContainerd (bin: string, folder: TempFolder): Promise<LeashedProcess> {
  mkdirSync(folder.file('cni'))
  writeFileSync(folder.file('cni/10-box.conflist'), CNI_SETTINGS)
  writeFileSync(folder.file('containerd.toml'), containerdSettings(folder.path))
  const options = { logPath: folder.file('containerd.log'), env: programsOf(bin) }
  const containerd = await LeashedProcess.start([join(bin, 'containerd'), '--config', folder.file('containerd.toml')], options)
  await containerd.ready(async () => await ctr(bin, 'version').then(() => true, () => false), READY_LIMIT_MS)

  return containerd
}

async function importImages (bin: string, archives: readonly string[]): Promise<void> {
  for (const archive of archives) {
    await ctr(bin, '--namespace', 'k8s.io', 'images', 'import', '--local', archive)
  }
}

async function pauseImage (bin: string, folder: TempFolder): Promise<string> {
  const root = folder.file('pause')
  mkdirSync(root)
  cpSync(join(bin, 'pause'), join(root, 'pause'))

  return await packImage(root, folder.file('pause-image'), { name: PAUSE_IMAGE, settings: { entrypoint: ['/pause'], user: '65535' } })
}

// A kubelet that is killed leaves the volumes of its pods mounted.
async function unmountBelow (folder: string): Promise<void> {
  const mounted = readFileSync('/proc/mounts', 'utf8').split('\n').map(line => line.split(' ')[1] ?? '')

  for (const path of mounted.filter(at => at.startsWith(`${folder}/`)).reverse()) {
    await run('umount', ['--lazy', path])
  }
}

async function ctr (bin: string, ...args: string[]): Promise<void> {
  await run(join(bin, 'ctr'), ['--address', CONTAINERD_SOCKET, ...args])
}

// containerd looks for its shim on the PATH, and the kubelet for tools of mounts.
function programsOf (bin: string): Record<string, string> {
  return { PATH: `${bin}:${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` }
}

// The default Service of the API leads pods to it; `kubectl logs` and `exec` go through the kubelet.
function apiServerArgs (pki: ClusterPki): string[] {
  const { certFile, keyFile } = pki.client('kubelet-client', '/O=system:masters/CN=kubelet-client')

  return [
    '--endpoint-reconciler-type=lease',
    `--advertise-address=${BOX_ADDRESS}`,
    `--kubelet-client-certificate=${certFile}`,
    `--kubelet-client-key=${keyFile}`,
    '--kubelet-preferred-address-types=InternalIP'
  ]
}
