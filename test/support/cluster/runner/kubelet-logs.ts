// What the API server asks a kubelet for when somebody reads a log: the output of a container, from its start or from a time
// on, and as it goes on.
import { createServer } from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import type { KubeConfig } from '@kubernetes/client-node'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a container has printed up to now; undefined where none runs. */
export type OutputOf = (namespace: string, pod: string) => string | undefined

interface LogQuestion { namespace: string, pod: string, since: string, isFollowed: boolean, isTimed: boolean }

const POLL_MS = 100

/** The part of a kubelet that serves logs. */
export class KubeletLogs implements AsyncDisposable {
  readonly #server: Server
  readonly #outputOf: OutputOf

  private constructor (config: KubeConfig, outputOf: OutputOf) {
    const { certData = '', keyData = '' } = config.getCurrentUser() ?? {}
    this.#outputOf = outputOf
    this.#server = createServer({ cert: Buffer.from(certData, 'base64'), key: Buffer.from(keyData, 'base64') }, (request, response) => {
      void this.#answer(request, response)
    })
  }

  /** Listens at an address; the API server does not check the certificate. */
  static async open (config: KubeConfig, host: string, outputOf: OutputOf): Promise<KubeletLogs> {
    const logs = new KubeletLogs(config, outputOf)
    await new Promise<void>((resolve) => {
      logs.#server.listen(0, host, resolve)
    })

    return logs
  }

  get port (): number {
    return (this.#server.address() as AddressInfo).port
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => {
      this.#server.close(resolve)
    })
  }

  async #answer ({ url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(url, 'https://kubelet')
    const [, what, namespace = '', pod = ''] = pathname.split('/')
    const output = this.#outputOf(namespace, pod)

    if (what !== 'containerLogs' || output === undefined || searchParams.get('previous') === 'true') {
      response.writeHead(output === undefined ? 404 : 400).end(`no log of ${pathname}`)
      return
    }

    await this.#print({ namespace, pod, since: searchParams.get('sinceTime') ?? '', isFollowed: searchParams.get('follow') === 'true', isTimed: searchParams.get('timestamps') === 'true' }, response)
    response.end()
  }

  async #print ({ namespace, pod, since, isFollowed, isTimed }: LogQuestion, response: ServerResponse): Promise<void> {
    let output = this.#outputOf(namespace, pod)

    for (let shown = 0; output !== undefined && !response.closed; output = this.#outputOf(namespace, pod)) {
      const end = output.lastIndexOf('\n') + 1
      const lines = timed(output.slice(shown, end)).filter(line => line.slice(0, since.length - 1) >= since.slice(0, -1))
      response.write(lines.map(line => `${isTimed ? line : line.slice(line.indexOf(' ') + 1)}\n`).join(''))
      shown = end

      if (!isFollowed) {
        return
      }
      await delay(POLL_MS)
    }
  }
}

// The processes write their own time into each line. The first line is of the tests: the namespaces are there.
function timed (text: string): string[] {
  return text.split('\n').filter(line => line !== '' && line !== 'namespaces').map(line => `${/"time":"([^"]+)"/.exec(line)?.[1] ?? new Date().toISOString()} ${line}`)
}
