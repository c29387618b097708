import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { z } from 'zod'
import { TempFolder } from '../temp-folder.ts'
import { freePorts } from './free-ports.ts'
import { LeashedProcess } from './leashed-process.ts'

/** Options of a Kubo. */
export interface KuboOptions {
  /** Whether it uses multicast DNS. @default false */
  mdns?: boolean
}

/** The DHT protocol of Kubo for peers with private addresses. */
export const LAN_KAD = '/ipfs/lan/kad/1.0.0'

const START_LIMIT_MS = 60_000
const ANSWER_LIMIT_MS = 30_000

const Identity = z.object({ ID: z.string(), Addresses: z.array(z.string()), AgentVersion: z.string(), Protocols: z.array(z.string()) })
const Streams = z.object({ Protocol: z.string() }).array().nullish()
const Swarm = z.object({ Peers: z.object({ Peer: z.string(), Addr: z.string(), Streams }).array().nullable() })
const Table = z.object({ Name: z.string(), Buckets: z.object({ Peers: z.object({ ID: z.string() }).array().nullable() }).array() })
const Response = z.object({ Type: z.int(), Responses: z.object({ ID: z.string(), Addrs: z.array(z.string()).nullable() }).array().nullable() })

/** The identity of a Kubo. */
export interface KuboIdentity {
  id: string
  addresses: string[]
  agentVersion: string
  protocols: string[]
}

/** A real, isolated Kubo daemon on loopback: no bootstrap peers, its own folder, free ports. */
export class KuboNode implements AsyncDisposable {
  readonly #api: string
  readonly #folder: TempFolder
  readonly #process: LeashedProcess

  private constructor (api: string, folder: TempFolder, process: LeashedProcess) {
    this.#api = api
    this.#folder = folder
    this.#process = process
  }

  /** Starts one from the path of its program (`scripts/provision/kubo.ts` finds it); resolves when it answers. */
  static async open (program: string, { mdns = false }: KuboOptions = {}): Promise<KuboNode> {
    const folder = new TempFolder()
    const [apiPort, tcp, ws] = await freePorts(3) as [number, number, number]
    const env = { IPFS_PATH: folder.file('repo'), IPFS_TELEMETRY: 'off' }
    await promisify(execFile)(program, ['init', '--empty-repo', '--profile', 'test'], { env: { ...process.env, ...env } })
    configure(folder.file('repo/config'), { apiPort, tcp, ws, mdns })
    const daemon = await LeashedProcess.start([program, 'daemon'], { logPath: folder.file('daemon.log'), env })
    const node = new KuboNode(`http://127.0.0.1:${String(apiPort)}/api/v0/`, folder, daemon)

    try {
      await daemon.ready(async () => await node.#answers(), START_LIMIT_MS)
    } catch (err) {
      await node[Symbol.asyncDispose]()
      throw err
    }

    return node
  }

  async identity (): Promise<KuboIdentity> {
    const [{ ID, Addresses, AgentVersion, Protocols }] = await this.#ask('id', Identity) as [z.output<typeof Identity>]

    return { id: ID, addresses: Addresses, agentVersion: AgentVersion, protocols: Protocols }
  }

  /** Connects to a peer by an address with its id. */
  async connect (address: string): Promise<void> {
    await this.#ask(`swarm/connect?arg=${encodeURIComponent(address)}`, z.unknown())
  }

  /** Closes its connections to a peer. */
  async disconnect (id: string): Promise<void> {
    await this.#ask(`swarm/disconnect?arg=/p2p/${id}`, z.unknown())
  }

  /** The addresses of its connections to a peer, each with the protocols of its streams. */
  async connections (id: string): Promise<{ address: string, streams: string[] }[]> {
    const [{ Peers }] = await this.#ask('swarm/peers?streams=true', Swarm) as [z.output<typeof Swarm>]

    return (Peers ?? [])
      .filter(({ Peer }) => Peer === id)
      .map(({ Addr, Streams: streams }) => ({ address: Addr, streams: (streams ?? []).map(({ Protocol }) => Protocol) }))
  }

  /** Peers in the routing table of its DHT for private addresses. */
  async table (): Promise<string[]> {
    const tables = await this.#ask('stats/dht?arg=lan', Table)

    return tables.filter(({ Name }) => Name === 'lan').flatMap(({ Buckets }) => Buckets.flatMap(({ Peers }) => (Peers ?? []).map(({ ID }) => ID)))
  }

  /** Addresses of a peer that its DHT finds (`routing findpeer`); empty if it finds none. */
  async findPeer (id: string): Promise<string[]> {
    const responses = await this.#ask(`routing/findpeer?arg=${id}`, Response).catch(() => [])

    return responses
      .filter(({ Type }) => Type === FINAL_PEER)
      .flatMap(({ Responses }) => Responses ?? [])
      .filter(({ ID }) => ID === id)
      .flatMap(({ Addrs }) => Addrs ?? [])
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.#process[Symbol.asyncDispose]()
    this.#folder[Symbol.dispose]()
  }

  async #answers (): Promise<boolean> {
    try {
      await this.identity()
      return true
    } catch {
      return false // not up yet
    }
  }

  /** Its API answers with one JSON value, or with one on each line. */
  async #ask<T extends z.ZodType> (question: string, schema: T): Promise<z.output<T>[]> {
    const response = await fetch(this.#api + question, { method: 'POST', signal: AbortSignal.timeout(ANSWER_LIMIT_MS) })
    const text = await response.text()

    if (!response.ok) {
      throw new TypeError(`Kubo refuses ${question}: ${text}`)
    }

    return text.trim().split('\n').filter(line => line !== '').map(line => schema.parse(JSON.parse(line)))
  }
}

// The event of go-libp2p-kad-dht with the result of a lookup.
const FINAL_PEER = 2

/** Keeps all of its traffic on this machine: no bootstrap peers, no downloaded configuration, no certificates, only loopback. */
function configure (path: string, { apiPort, tcp, ws, mdns }: { apiPort: number, tcp: number, ws: number, mdns: boolean }): void {
  const config = JSON.parse(readFileSync(path, 'utf8')) as Record<string, object>
  const swarm = [`/ip4/127.0.0.1/tcp/${String(tcp)}`, `/ip4/127.0.0.1/udp/${String(tcp)}/quic-v1`, `/ip4/127.0.0.1/tcp/${String(ws)}/ws`]

  writeFileSync(path, JSON.stringify({
    ...config,
    Addresses: { ...config['Addresses'], Swarm: swarm, API: `/ip4/127.0.0.1/tcp/${String(apiPort)}`, Gateway: [] },
    AutoConf: { Enabled: false },
    AutoTLS: { Enabled: false },
    Bootstrap: [],
    Discovery: { MDNS: { Enabled: mdns } },
    Routing: { Type: 'dht' },
    Swarm: { ...config['Swarm'], DisableNatPortMap: true, EnableHolePunching: false, RelayClient: { Enabled: false } }
  }))
}
