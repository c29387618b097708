import { once } from 'node:events'
import { createServer } from 'node:http'
import { isIPv4 } from 'node:net'
import { errorText, ProbeError } from '../errors.ts'
import { RateByAddress } from '../limits/rate-by-address.ts'
import { systemClock } from '../time/clock.ts'
import { adminHosts } from './admin-hosts.ts'
import { AdminPage } from './admin-page.ts'
import { AdminPlaces } from './admin-places.ts'
import { publicStatus, publicWords } from './public-words.ts'
import type { Logger } from '../process/logger.ts'
import type { Registry } from '../process/metrics.ts'
import type { Progress } from '../process/progress.ts'
import type { AdminHosts } from './admin-hosts.ts'
import type { Reason } from './public-words.ts'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The sources of the admin server's pages. */
export interface AdminServerDeps {
  log: Logger
  progress: Progress
  registry: Registry

  /** Why the process is not ready; undefined if it is. A text is public, the message of a reason is for this machine only. */
  notReady: () => string | Reason | undefined

  /** The body of `/status`, any JSON value. */
  status: () => unknown
}

/** Where the admin server listens; {@link EVERY_ADDRESS} is all addresses, of both families. */
export interface AdminServerOptions extends AdminHosts {
  /** 0 takes any free port, the same for all addresses. */
  port: number
}

/** All addresses of the machine, IPv4 and IPv6. 0.0.0.0 would leave out IPv6, and so the probes of a pod with IPv6 only. */
export const EVERY_ADDRESS = '::'

// Error codes of a kernel without IPv6.
const NO_IPV6 = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL', 'EPROTONOSUPPORT'])

// Probes, Prometheus and the operator send a short request immediately.
const LIMITS = { headersTimeout: 2_000, requestTimeout: 3_000, connectionsCheckingInterval: 500, maxHeaderSize: 8_192 }

// How long a rendered page is served to other machines.
const KEPT_MS = 1_000

/** Maximum number of expensive pages for each remote address and second. Prometheus asks every 15 s. */
export const PAGES_PER_SECOND = 10

interface Reply { code: number, type?: string, body: string | Buffer, headers?: Record<string, string> }

/**
 * HTTP on a separate port for the administrator: `/livez` (every loop made progress in time), `/readyz`
 * (dependencies open and not stopping), `/metrics` (Prometheus text), `/status` (JSON for people and for the
 * operator). It changes nothing and accepts no input.
 *
 * Where it listens beyond this machine, attackers can reach it. Then its pages contain no names of servers, topics or groups,
 * open connections of an attacker keep no probe out (see {@link AdminPlaces}), and endless requests cost little (see
 * {@link AdminPage}). Where it listens on this machine only, it answers to the machine's own names only: this protects against
 * DNS rebinding by web pages.
 */
export class AdminServer implements AsyncDisposable {
  readonly #deps: AdminServerDeps
  readonly #servers: Server[] = []
  readonly #places = new AdminPlaces(systemClock)
  readonly #rate = new RateByAddress(systemClock, PAGES_PER_SECOND)
  readonly #isPrivate: boolean
  readonly #metrics: AdminPage
  readonly #status: AdminPage

  // One request for each connection: pipelined requests are ignored.
  readonly #served = new WeakSet()

  private constructor (deps: AdminServerDeps, hosts: readonly string[]) {
    this.#deps = deps
    this.#isPrivate = hosts.every(isLoopback)
    const kept = { keptMs: this.#isPrivate ? 0 : KEPT_MS }
    this.#metrics = new AdminPage(systemClock, async () => await deps.registry.metrics(), kept)
    this.#status = new AdminPage(systemClock, () => `${JSON.stringify(this.#isPrivate ? deps.status() : publicStatus(deps.status()))}\n`, kept)
  }

  /**
   * Starts listening.
   *
   * @param environment contains the variable of the options
   * @throws ProbeError `PP_CONFIG_INVALID` when it cannot listen on an address or the port
   */
  static async open (deps: AdminServerDeps, options: AdminServerOptions, environment: AdminEnvironment = process.env): Promise<AdminServer> {
    const hosts = adminHosts(options, environment)
    const admin = new AdminServer(deps, hosts)

    try {
      for (const host of hosts) {
        await admin.#open(host, admin.#servers.length === 0 ? options.port : admin.port)
      }
    } catch (err) {
      await admin[Symbol.asyncDispose]()
      throw err
    }

    return admin
  }

  /** The port that it listens on. */
  get port (): number {
    return (this.#servers[0]?.address() as AddressInfo).port
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await Promise.all(this.#servers.map(async (server) => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }))
  }

  async #open (host: string, port: number): Promise<void> {
    try {
      await this.#listen(port, host).catch(async (err: unknown) => {
        if (host !== EVERY_ADDRESS || !NO_IPV6.has(codeOf(err))) {
          throw err
        }
        await this.#listen(port, '0.0.0.0')
      })
    } catch (err) {
      throw new ProbeError('PP_CONFIG_INVALID', `admin.port: cannot listen on ${host}:${String(port)}: ${errorText(err)}`, { cause: err })
    }
  }

  async #listen (port: number, host: string): Promise<void> {
    const server = createServer(LIMITS, (request, response) => {
      void this.#answer(request, response)
    })
    server.on('connection', (socket) => {
      this.#places.enter(socket)
    })
    server.listen({ port, host, ipv6Only: false })
    await once(server, 'listening')
    this.#servers.push(server)
  }

  async #answer (request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#served.has(request.socket)) {
      request.socket.destroy()
      return
    }

    this.#served.add(request.socket)
    const { code, type = 'text/plain; charset=utf-8', body, headers } = await this.#reply(request)
    response.writeHead(code, {
      'connection': 'close',
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers
    })
    response.end(body)
  }

  async #reply (request: IncomingMessage): Promise<Reply> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return { code: 405, body: 'only GET and HEAD\n', headers: { allow: 'GET, HEAD' } }
    }
    if (this.#isPrivate && !isOwnName(request.headers.host)) {
      return { code: 421, body: 'use an address of this machine, or localhost, as the host name\n' }
    }

    try {
      return await this.#route(request)
    } catch (err) {
      this.#deps.log.error({ err, url: request.url }, 'admin request failed')

      return { code: 500, body: 'internal error, see the log\n' }
    }
  }

  async #route (request: IncomingMessage): Promise<Reply> {
    switch ((request.url ?? '').split('?')[0]) {
      case '/livez': return this.#livez()
      case '/readyz': return this.#readyz()
      case '/metrics': return await this.#page(request, this.#metrics, this.#deps.registry.contentType)
      case '/status': return await this.#page(request, this.#status, 'application/json')
      default: return { code: 404, body: 'try /livez, /readyz, /metrics or /status\n' }
    }
  }

  async #page ({ socket: { remoteAddress = '' } }: IncomingMessage, page: AdminPage, type: string): Promise<Reply> {
    return this.#isPrivate || this.#rate.allows(remoteAddress)
      ? { code: 200, type, body: await page.read() }
      : { code: 429, body: `at most ${String(PAGES_PER_SECOND)} pages a second\n`, headers: { 'retry-after': '1' } }
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

type AdminEnvironment = Readonly<Record<string, string | undefined>>

// A client without a Host header (HTTP/1.0) is not a browser.
function isOwnName (host: string | undefined): boolean {
  const url = `http://${host ?? 'localhost'}/`

  return URL.canParse(url) && isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, ''))
}

function isLoopback (host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}

function codeOf (err: unknown): string {
  return err instanceof Error && 'code' in err ? String(err.code) : ''
}
