import { once } from 'node:events'
import { createServer } from 'node:http'
import { errorText, ProbeError } from './errors.ts'
import type { Logger } from './logger.ts'
import type { Registry } from './metrics.ts'
import type { Progress } from './progress.ts'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the admin server reports on. */
export interface AdminServerDeps {
  log: Logger
  progress: Progress
  registry: Registry

  /** Why the process is not ready, or undefined when it is. */
  notReady: () => string | undefined

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

interface Reply { code: number, type?: string, body: string }

/**
 * HTTP on a port of its own for whoever runs the process: `/livez` (every loop came round
 * in time), `/readyz` (dependencies open and not stopping), `/metrics` (Prometheus text),
 * `/status` (JSON for people and for the operator). It changes nothing and takes no input.
 */
export class AdminServer implements AsyncDisposable {
  readonly #deps: AdminServerDeps
  readonly #server: Server

  private constructor (deps: AdminServerDeps) {
    this.#deps = deps
    this.#server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, (request, response) => {
      void this.#answer(request, response)
    })
    this.#server.maxConnections = 64
  }

  /** Starts listening. @throws ProbeError `PP_CONFIG_INVALID` when the port cannot be had */
  static async open (deps: AdminServerDeps, { host = '127.0.0.1', port }: AdminServerOptions): Promise<AdminServer> {
    const admin = new AdminServer(deps)

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

    response.writeHead(reply.code, { 'content-type': reply.type ?? 'text/plain; charset=utf-8' })
    response.end(reply.body)
  }

  async #route (url: string): Promise<Reply> {
    switch (url.split('?')[0]) {
      case '/livez': return this.#livez()
      case '/readyz': return this.#readyz()
      case '/metrics': return { code: 200, type: this.#deps.registry.contentType, body: await this.#deps.registry.metrics() }
      case '/status': return { code: 200, type: 'application/json', body: `${JSON.stringify(this.#deps.status())}\n` }
      default: return { code: 404, body: 'try /livez, /readyz, /metrics or /status\n' }
    }
  }

  #livez (): Reply {
    const overdue = this.#deps.progress.overdue()

    return overdue.length === 0
      ? { code: 200, body: 'ok\n' }
      : { code: 503, body: overdue.map(({ name, sinceMs }) => `${name}: no progress for ${String(sinceMs)} ms\n`).join('') }
  }

  #readyz (): Reply {
    const reason = this.#deps.notReady()

    return reason === undefined ? { code: 200, body: 'ok\n' } : { code: 503, body: `${reason}\n` }
  }
}

function codeOf (err: unknown): string {
  return err instanceof Error && 'code' in err ? String(err.code) : ''
}
