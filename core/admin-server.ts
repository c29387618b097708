import { once } from 'node:events'
import { createServer } from 'node:http'
import { isIPv4 } from 'node:net'
import { AdminPlaces } from './admin-places.ts'
import { systemClock } from './clock.ts'
import { errorText, ProbeError } from './errors.ts'
import { publicStatus, publicWords } from './public-words.ts'
import type { Logger } from './logger.ts'
import type { Registry } from './metrics.ts'
import type { Progress } from './progress.ts'
import type { Reason } from './public-words.ts'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the admin server reports on. */
export interface AdminServerDeps {
  log: Logger
  progress: Progress
  registry: Registry

  /** Why the process is not ready, or undefined when it is: a text is for everyone, the message of a reason for this machine alone. */
  notReady: () => string | Reason | undefined

  /** The body of `/status`, any JSON value. */
  status: () => unknown
}

/** Where the admin server listens. */
export interface AdminServerOptions {
  /** {@link EVERY_ADDRESS} for all, of both families. @default '127.0.0.1' */
  host?: string

  /** 0 takes any free port. */
  port: number
}

/**
 * Every address of the machine, IPv4 and IPv6: pods have one of them or both. 0.0.0.0 leaves out IPv6, and with it every
 * probe of a pod that has nothing else.
 */
export const EVERY_ADDRESS = '::'

// How a kernel without IPv6 refuses it.
const NO_IPV6 = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL', 'EPROTONOSUPPORT'])

// Probes, Prometheus and the operator send a short request at once.
const LIMITS = { headersTimeout: 2_000, requestTimeout: 3_000, connectionsCheckingInterval: 500, maxHeaderSize: 8_192 }

interface Reply { code: number, type?: string, body: string }

/**
 * HTTP on a port of its own for whoever runs the process: `/livez` (every loop came round
 * in time), `/readyz` (dependencies open and not stopping), `/metrics` (Prometheus text),
 * `/status` (JSON for people and for the operator). It changes nothing and takes no input.
 *
 * Where it listens beyond this machine, strangers can reach it: it names no server, topic or group to anyone then, and
 * whoever holds connections open keeps no probe out (see {@link AdminPlaces}).
 */
export class AdminServer implements AsyncDisposable {
  readonly #deps: AdminServerDeps
  readonly #server: Server
  readonly #isPrivate: boolean

  private constructor (deps: AdminServerDeps, host: string) {
    this.#deps = deps
    this.#isPrivate = isLoopback(host)
    const places = new AdminPlaces(systemClock)
    this.#server = createServer(LIMITS, (request, response) => {
      void this.#answer(request, response)
    })
    this.#server.on('connection', (socket) => {
      places.enter(socket)
    })
  }

  /** Starts listening. @throws ProbeError `PP_CONFIG_INVALID` when the port cannot be had */
  static async open (deps: AdminServerDeps, { host = '127.0.0.1', port }: AdminServerOptions): Promise<AdminServer> {
    const admin = new AdminServer(deps, host)

    try {
      await admin.#listen(port, host).catch(async (err: unknown) => {
        if (host !== EVERY_ADDRESS || !NO_IPV6.has(codeOf(err))) {
          throw err
        }
        await admin.#listen(port, '0.0.0.0')
      })
    } catch (err) {
      throw new ProbeError('PP_CONFIG_INVALID', `admin.port: cannot listen on ${host}:${String(port)}: ${errorText(err)}`, { cause: err })
    }

    return admin
  }

  /** The port that it listens on. */
  get port (): number {
    return (this.#server.address() as AddressInfo).port
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #listen (port: number, host: string): Promise<void> {
    this.#server.listen({ port, host, ipv6Only: false })
    await once(this.#server, 'listening')
  }

  async #answer (request: IncomingMessage, response: ServerResponse): Promise<void> {
    let reply: Reply

    try {
      reply = request.method === 'GET' ? await this.#route(request.url ?? '/') : { code: 405, body: 'only GET\n' }
    } catch (err) {
      this.#deps.log.error({ err, url: request.url }, 'admin request failed')
      reply = { code: 500, body: 'internal error, see the log\n' }
    }

    // One request for each connection: none is kept open.
    response.writeHead(reply.code, { 'connection': 'close', 'content-type': reply.type ?? 'text/plain; charset=utf-8' })
    response.end(reply.body)
  }

  async #route (url: string): Promise<Reply> {
    switch (url.split('?')[0]) {
      case '/livez': return this.#livez()
      case '/readyz': return this.#readyz()
      case '/metrics': return { code: 200, type: this.#deps.registry.contentType, body: await this.#deps.registry.metrics() }
      case '/status': return { code: 200, type: 'application/json', body: `${JSON.stringify(this.#status())}\n` }
      default: return { code: 404, body: 'try /livez, /readyz, /metrics or /status\n' }
    }
  }

  #status (): unknown {
    const status = this.#deps.status()

    return this.#isPrivate ? status : publicStatus(status)
  }

  #livez (): Reply {
    const overdue = this.#deps.progress.overdue()

    return overdue.length === 0
      ? { code: 200, body: 'ok\n' }
      : { code: 503, body: overdue.map(({ name, sinceMs }) => `${name}: no progress for ${String(sinceMs)} ms\n`).join('') }
  }

  #readyz (): Reply {
    const reason = this.#deps.notReady()

    if (reason === undefined) {
      return { code: 200, body: 'ok\n' }
    }
    if (typeof reason === 'string') {
      return { code: 503, body: `${reason}\n` }
    }

    return { code: 503, body: `${this.#isPrivate ? reason.message : publicWords(reason)}\n` }
  }
}

function isLoopback (host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}

function codeOf (err: unknown): string {
  return err instanceof Error && 'code' in err ? String(err.code) : ''
}
