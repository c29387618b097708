// A `kubectl` for shells of a test: what the API server answers is asked of the real one; `exec` and `logs`, which a kubelet
// would answer, go to the node that runs the pods.
import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { TempFolder } from '../../temp-folder.ts'
import type { CommandEnd } from '../../servers/control-plane.ts'
import type { ClusterRig } from '../cluster-rig.ts'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** See the head of this file. */
export class PodKubectl implements AsyncDisposable {
  readonly #folder = new TempFolder()
  readonly #server: Server
  readonly #rig: ClusterRig

  private constructor (rig: ClusterRig) {
    this.#rig = rig
    this.#server = createServer((request, response) => {
      json(request).then(async args => await this.#run(args as string[])).catch((err: unknown): CommandEnd => ({ code: 1, stdout: '', stderr: String(err) })).then((end) => {
        response.end(JSON.stringify(end))
      }, () => response.destroy())
    })
  }

  static async open (rig: ClusterRig): Promise<PodKubectl> {
    const kubectl = new PodKubectl(rig)
    kubectl.#server.listen(0, '127.0.0.1')
    await once(kubectl.#server, 'listening')
    const { port } = kubectl.#server.address() as AddressInfo
    writeFileSync(kubectl.#folder.file('kubectl'), `#!${process.execPath}
fetch('http://127.0.0.1:${String(port)}', { method: 'POST', body: JSON.stringify(process.argv.slice(2)) })
  .then(response => response.json())
  .then(({ code, stdout, stderr }) => { process.stdout.write(stdout); process.stderr.write(stderr); process.exitCode = code })
`)
    chmodSync(kubectl.#folder.file('kubectl'), 0o755)

    return kubectl
  }

  /** Folder with the program `kubectl` alone in it, for the PATH of a shell. */
  get folder (): string {
    return this.#folder.path
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
    this.#folder[Symbol.dispose]()
  }

  async #run (args: string[]): Promise<CommandEnd> {
    const [verb = '', ...rest] = args

    if (verb !== 'exec' && verb !== 'logs') {
      return await this.#rig.plane.kubectl(args)
    }

    const [options, command] = split(rest)
    const namespace = options[options.indexOf('-n') + 1] ?? ''
    const name = valueOf(options, 'deploy/')

    if (verb === 'exec') {
      return await this.#rig.node.exec(namespace, name, command)
    }

    const lines = this.#rig.node.logs(namespace, name).trimEnd().split('\n').slice(-Number(valueOf(options, '--tail=')))

    return { code: 0, stdout: `${lines.join('\n')}\n`, stderr: '' }
  }
}

// What stands before `--`, and the command behind it.
function split (args: readonly string[]): [options: readonly string[], command: readonly string[]] {
  const at = args.indexOf('--')

  return at < 0 ? [args, []] : [args.slice(0, at), args.slice(at + 1)]
}

function valueOf (options: readonly string[], prefix: string): string {
  return options.find(option => option.startsWith(prefix))?.slice(prefix.length) ?? ''
}
