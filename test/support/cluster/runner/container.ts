// One run of a pod's container as a process of this machine: in its own mount and network namespaces, with the files of
// the image and the volumes of the pod at their paths and nothing else writable, as the pod's user without capabilities.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Child } from '../../child.ts'
import { addressCommands, connectToNode } from './node-network.ts'
import { environmentOf } from './pod.ts'
import type { CommandEnd } from '../../servers/control-plane.ts'
import type { Image } from './image.ts'
import type { Bind } from './pod-volumes.ts'
import type { Pod } from './pod.ts'

/** What a container needs to start. */
export interface ContainerPlan {
  pod: Pod
  image: Image
  binds: readonly Bind[]
  address: string

  /** Lines of /etc/hosts for Services. */
  hosts: readonly string[]

  /** Address of the API server for pods. */
  apiServer: { host: string, port: string }

  /** Folder of the pod on this machine. */
  folder: string
}

const DEFAULT_TERMINATION_LOG = '/dev/termination-log'
const MAX_MESSAGE_BYTES = 4_096
const EXEC_LIMIT_MS = 180_000
const PATH = '/opt/node:/usr/local/bin:/usr/bin:/bin'

/** See the head of this file. */
export class Container {
  readonly startedAt = timestamp()

  /** Resolves with its exit code, 137 for one that was killed. */
  readonly ended: Promise<number>

  readonly #plan: ContainerPlan
  readonly #child: Child

  private constructor (plan: ContainerPlan, child: Child) {
    this.#plan = plan
    this.#child = child
    this.ended = child.ended.then(code => code ?? 137)
  }

  /** Starts the container; resolves when its network is ready and its own command runs. */
  static async start (plan: ContainerPlan): Promise<Container> {
    const { pod, image, folder } = plan
    const { command = image.entrypoint, args = [] } = pod.spec.containers[0]!
    mkdirSync(join(folder, 'root'), { recursive: true })
    writeFileSync(join(folder, 'words'), '')
    chmodSync(join(folder, 'words'), 0o666)
    const script = [...rootCommands(plan), `exec chroot . setpriv --pdeathsig KILL ${privileges(pod).join(' ')} ${environment(plan).map(quoted).join(' ')} "$@"`]
    const process = spawn('unshare', ['--mount', '--net', 'sh', '-ec', script.join('\n'), 'sh', ...command, ...args], { stdio: ['pipe', 'pipe', 'pipe'] })
    const child = new Child(process)
    process.stderr.on('data', (chunk: Buffer) => {
      child.output += String(chunk)
    })
    const [outcome] = await Promise.race([once(process.stdout, 'data'), child.ended.then(() => [undefined])])

    if (outcome === undefined) {
      throw new TypeError(`a container did not start: ${child.output}`)
    }

    await connectToNode(child.pid).catch(async (err: unknown) => {
      await child.kill()
      throw err
    })
    process.stdin.end('go\n')

    return new Container(plan, child)
  }

  /** Its output. */
  get output (): string {
    return this.#child.output
  }

  /** Its termination message, in the form of the API. */
  get message (): string {
    return readFileSync(join(this.#plan.folder, 'words')).subarray(0, MAX_MESSAGE_BYTES).toString()
  }

  /** Stops it like a kubelet. */
  async stop (graceMs: number): Promise<void> {
    const timer = setTimeout(() => {
      this.signal('SIGKILL')
    }, graceMs)
    this.signal('SIGTERM')
    await this.ended
    clearTimeout(timer)
  }

  signal (signal: NodeJS.Signals): void {
    try {
      process.kill(this.#child.pid, signal)
    } catch (err) {
      if ((err as { code?: string }).code !== 'ESRCH') {
        throw err
      }
    }
  }

  /** Runs another command in it, like `kubectl exec -i`. */
  async exec (command: readonly string[], input?: string): Promise<CommandEnd> {
    const args = ['--target', String(this.#child.pid), '--mount', '--net', '--root', '--', 'setpriv', ...privileges(this.#plan.pod), ...environment(this.#plan), ...command]

    return await new Promise((resolve) => {
      const child = execFile('nsenter', args, { timeout: EXEC_LIMIT_MS }, (err, stdout, stderr) => {
        resolve({ code: err === null ? 0 : Number(err.code ?? 1), stdout, stderr })
      })
      child.stdin?.end(input)
    })
  }
}

/** A time in the form of the API. */
export function timestamp (): string {
  return `${new Date().toISOString().slice(0, 19)}Z`
}

// Besides the files of the image, only the system's own programs and libraries are visible.
function rootCommands ({ pod, image, binds, hosts, address, folder }: ContainerPlan): string[] {
  const { readOnlyRootFilesystem = false } = pod.spec.containers[0]?.securityContext ?? {}
  const { terminationMessagePath = DEFAULT_TERMINATION_LOG } = pod.spec.containers[0]!
  const file = (from: string, to: string): string[] => [
    `mkdir -p ${quoted(dirname(`.${to}`))}`,
    `touch ${quoted(`.${to}`)}`,
    `mount --bind ${quoted(from)} ${quoted(`.${to}`)}`
  ]
  const tree = ({ from, to, readOnly }: Bind): string[] => [
    `mkdir -p ${quoted(`.${to}`)}`,
    `mount --bind ${quoted(from)} ${quoted(`.${to}`)}`,
    ...readOnly ? [`mount -o remount,bind,ro ${quoted(`.${to}`)}`] : []
  ]

  return [
    'echo namespaces',
    'read -r go',
    ...addressCommands(address),
    `mount -t tmpfs -o mode=755 tmpfs ${quoted(join(folder, 'root'))}`,
    `cd ${quoted(join(folder, 'root'))}`,
    'mkdir -p usr proc sys dev etc tmp',
    'ln -s usr/bin bin; ln -s usr/sbin sbin; ln -s usr/lib lib; ln -s usr/lib64 lib64',
    'mount --rbind /usr usr; mount --rbind /proc proc; mount --rbind /sys sys',
    ...['null', 'zero', 'random', 'urandom'].flatMap(name => file(`/dev/${name}`, `/dev/${name}`)),
    ...file(join(folder, 'words'), terminationMessagePath),
    ...file(image.node, '/opt/node/node'),
    `echo 'nameserver ${address}' > etc/resolv.conf`,
    `printf '127.0.0.1 localhost\\n${address} ${pod.metadata.name}\\n${hosts.map(line => `${line}\\n`).join('')}' > etc/hosts`,
    ...Object.entries(image.files).flatMap(([name, from]) => statSync(from).isDirectory()
      ? tree({ from, to: join(image.workdir, name), readOnly: true })
      : file(from, join(image.workdir, name))),
    ...binds.flatMap(tree),
    ...readOnlyRootFilesystem ? ['mount -o remount,ro .'] : []
  ]
}

function privileges ({ spec: { securityContext = {} } }: Pod): string[] {
  const { runAsUser = 0, runAsGroup = 0, fsGroup = runAsGroup } = securityContext

  return [`--reuid=${String(runAsUser)}`, `--regid=${String(runAsGroup)}`, `--groups=${String(fsGroup)}`, '--no-new-privs', '--inh-caps=-all', '--bounding-set=-all']
}

function environment ({ pod, image, address, apiServer }: ContainerPlan): string[] {
  const variables = {
    NODE_ENV: 'production',
    HOME: '/tmp',
    HOSTNAME: pod.metadata.name,
    PATH,
    KUBERNETES_SERVICE_HOST: apiServer.host,
    KUBERNETES_SERVICE_PORT: apiServer.port,
    ...environmentOf(pod, address)
  }

  return ['env', '--ignore-environment', `--chdir=${image.workdir}`, ...Object.entries(variables).map(([name, value]) => `${name}=${value}`)]
}

function quoted (text: string): string {
  return `'${text.replaceAll('\'', '\'\\\'\'')}'`
}

/** A container that has started, unless its pod was stopped meanwhile: then there was nothing yet that could be stopped, and it ends now. */
export async function unlessStopped (container: Container, signal: AbortSignal): Promise<Container> {
  if (signal.aborted) {
    await container.stop(0)
    signal.throwIfAborted()
  }

  return container
}
