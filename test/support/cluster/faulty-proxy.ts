// A proxy between an operator and its API server that drops, delays, resets, refuses, cuts and
// rewinds, by a seed; or that keeps silent, or refuses all writes, as long as a test wants it. It forwards real requests and answers.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { request } from 'node:https'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { defined } from '../../../core/defined.ts'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Kubeconfig {
  clusters: { cluster: { 'server': string, 'certificate-authority-data': string } }[]
  users: { user: { 'client-certificate-data': string, 'client-key-data': string } }[]
}

// Of a hundred requests.
const FAULTS = { drop: 8, late: 8, lost: 8, status: 16 } as const
type Fault = keyof typeof FAULTS | 'none'

const STATUSES = [409, 410, 429, 500, 503] as const
const MAX_DELAY_MS = 400
const MAX_WATCH_MS = 1_500

// Of a hundred events of a watch, the number after which earlier events are repeated.
const REWINDS = 20
const MAX_REWOUND = 8

/** A proxy for one operator. */
export class FaultyProxy implements AsyncDisposable {
  /** Whether anything goes wrong. */
  isFaulty = true

  /** Whether writes are refused, as by a policy that fails; leases are spared. */
  refusesWrites = false

  /** Injected faults, by kind. */
  readonly made: Record<string, number> = {}

  readonly #server: Server
  readonly #target: { url: string, ca: Buffer, cert: Buffer, key: Buffer }
  readonly #random: () => number

  /** Requests that get no answer yet. */
  readonly #held: [IncomingMessage, ServerResponse][] = []
  #isSilent = false

  private constructor (kubeconfig: string, random: () => number) {
    const { clusters: [cluster], users: [user] } = JSON.parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig
    const decode = (text = ''): Buffer => Buffer.from(text, 'base64')
    this.#target = {
      url: cluster?.cluster.server ?? '',
      ca: decode(cluster?.cluster['certificate-authority-data']),
      cert: decode(user?.user['client-certificate-data']),
      key: decode(user?.user['client-key-data'])
    }
    this.#random = random
    this.#server = createServer((incoming, outgoing) => {
      void this.#handle(incoming, outgoing)
    })
  }

  /** Opens a proxy that connects to the API server with the identity of a kubeconfig. */
  static async open (kubeconfig: string, random: () => number): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(kubeconfig, random)
    await new Promise<void>((resolve) => {
      proxy.#server.listen(0, '127.0.0.1', resolve)
    })

    return proxy
  }

  /** A kubeconfig for the operator. */
  get kubeconfig (): object {
    const server = `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`

    return { 'apiVersion': 'v1', 'kind': 'Config', 'clusters': [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }], 'users': [{ name: 'u', user: {} }], 'contexts': [{ name: 'x', context: { cluster: 'c', user: 'u' } }], 'current-context': 'x' }
  }

  /** Whether reads get no answer and watches deliver nothing, as where a network drops the packets; leases are spared. */
  get isSilent (): boolean {
    return this.#isSilent
  }

  /** Those who still wait for an answer get it once the silence ends, as packets are sent again. */
  set isSilent (isSilent: boolean) {
    this.#isSilent = isSilent

    if (!isSilent) {
      this.#held.splice(0).filter(([, { destroyed }]) => !destroyed).forEach(([incoming, outgoing]) => {
        void this.#handle(incoming, outgoing)
      })
    }
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => {
      this.#server.close(resolve)
    })
  }

  async #handle (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const fault = this.#faultOf(incoming)
    this.#count(fault)

    switch (fault) {
      case 'silence':
        this.#held.push([incoming, outgoing])
        return
      case 'drop':
        incoming.socket.destroy()
        return
      case 'refusal':
        this.#refuse(outgoing, 500)
        return
      case 'status':
        this.#refuse(outgoing, STATUSES[Math.floor(this.#random() * STATUSES.length)] ?? 500)
        return
      case 'late':
        await delay(Math.floor(this.#random() * MAX_DELAY_MS))
    }

    this.#forward(incoming, outgoing, fault === 'lost')
  }

  #faultOf ({ method, url = '' }: IncomingMessage): Fault | 'silence' | 'refusal' {
    if (url.includes('/leases')) {
      return this.#draw()
    }
    if (method === 'GET') {
      return this.#isSilent ? 'silence' : this.#draw()
    }

    return this.refusesWrites ? 'refusal' : this.#draw()
  }

  #draw (): Fault {
    let dice = this.isFaulty ? this.#random() * 100 : 100

    for (const [fault, share] of Object.entries(FAULTS)) {
      dice -= share
      if (dice < 0) {
        return fault as Fault
      }
    }

    return 'none'
  }

  #refuse (outgoing: ServerResponse, code: number): void {
    outgoing.writeHead(code, { 'content-type': 'application/json', ...defined({ 'retry-after': code === 429 ? '1' : undefined }) })
    outgoing.end(JSON.stringify({ kind: 'Status', code, message: 'by the test' }))
  }

  // A lost answer is the worst fault: the write happened, but the client does not know.
  #forward (incoming: IncomingMessage, outgoing: ServerResponse, isLost: boolean): void {
    const { url, ca, cert, key } = this.#target
    const upstream = request(new URL(incoming.url ?? '', url), { method: incoming.method, headers: { ...incoming.headers, host: new URL(url).host }, ca, cert, key }, (answer) => {
      if (isLost) {
        answer.resume()
        incoming.socket.destroy()
        return
      }

      outgoing.writeHead(answer.statusCode ?? 500, answer.headers)

      const isWatch = incoming.url?.includes('watch=true') === true

      if (this.isFaulty && isWatch) {
        this.#watch(answer, outgoing)
      } else {
        answer.on('error', () => outgoing.destroy())
        answer.on('end', () => outgoing.end())
        answer.on('data', (chunk: Buffer) => {
          if (!this.#isSilent || !isWatch) {
            outgoing.write(chunk)
          }
        })
      }
    })
    upstream.on('error', () => incoming.socket.destroy())
    outgoing.on('close', () => upstream.destroy())
    incoming.pipe(upstream)
  }

  // Like a watch that restarts from an older version: events are repeated, older ones first.
  #watch (answer: IncomingMessage, outgoing: ServerResponse): void {
    const recent: string[] = []
    const cut = setTimeout(() => {
      this.#count('cut')
      outgoing.destroy()
    }, this.#random() * MAX_WATCH_MS).unref()
    const lines = createInterface({ input: answer })
    lines.on('line', (line) => {
      recent.push(line)
      outgoing.write(`${line}\n`)
      if (this.isFaulty && this.#random() * 100 < REWINDS) {
        this.#count('rewind')
        outgoing.write(recent.slice(-1 - Math.floor(this.#random() * MAX_REWOUND)).map(event => `${event}\n`).join(''))
      }
    })
    lines.on('error', () => outgoing.destroy())
    lines.on('close', () => {
      clearTimeout(cut)
      outgoing.end()
    })
  }

  #count (kind: string): void {
    this.made[kind] = (this.made[kind] ?? 0) + 1
  }
}
