// Answers multicast DNS for the passive node. The library that finds peers would answer too, but without SRV and address
// records, and go-libp2p drops such answers: it would never find us.
import { createSocket } from 'node:dgram'
import { networkInterfaces } from 'node:os'
import multicastDns from 'multicast-dns'
import { mdnsRecords, SERVICE } from './mdns-records.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { MdnsSelf } from './mdns-records.ts'
import type { Startable } from '@libp2p/interface'
import type { MulticastDNS, QueryPacket } from 'multicast-dns'

export interface MdnsResponderDeps {
  clock: Clock

  /** Multiaddrs that the node listens on, as text. */
  listening: () => readonly string[]

  /** Told what keeps the responder from answering; it goes on trying. */
  onFault: (err: Error) => void

  /** @default those of this machine */
  interfaces?: () => readonly LocalInterface[]

  /** @default multicast on UDP port 5353 */
  open?: () => MdnsSocket
}

/** A socket of multicast DNS. */
export interface MdnsSocket {
  mdns: MulticastDNS

  /** Sets by which interface packets leave from now on. */
  setInterface: (via: string) => void
}

/** An interface of this machine. */
interface LocalInterface {
  /** IPv4 address by which multicast leaves through it. */
  via: string

  /** All its IP addresses, as text. */
  ips: readonly string[]
}

/** Who asks within this time of an answer has heard that one (RFC 6762, 6), in milliseconds. */
const PAUSE_MS = 1_000

const MAX_INTERFACES = 16

// Kinds of questions that an answer of ours is for; the library's types know no ANY.
const ASKING: ReadonlySet<string> = new Set(['PTR', 'ANY'])

/** Says on each interface what can be dialled there: at the start, when it is asked, and at the end that it is over. */
export class MdnsResponder implements Startable {
  readonly #deps: MdnsResponderDeps
  readonly #self: MdnsSelf
  #socket: MdnsSocket | undefined
  #again: Disposable | undefined
  #saidMs = -Infinity
  #saying: Promise<void> = Promise.resolve()

  constructor (deps: MdnsResponderDeps, self: MdnsSelf) {
    this.#deps = deps
    this.#self = self
  }

  /** Starts to listen for questions. What fails is told to `onFault`. */
  start (): void {
    const { open = openMulticast, onFault } = this.#deps
    this.#socket = open()
    const { mdns } = this.#socket
    mdns.on('query', (query) => {
      if (asksForPeers(query)) {
        this.#say()
      }
    })
    mdns.on('error', onFault)
    mdns.on('warning', () => undefined) // packets of others that are no DNS, and interfaces without multicast
    mdns.on('ready', () => {
      this.#announce()
    })
  }

  /** Takes back what it said, and closes its socket. */
  async stop (): Promise<void> {
    this.#again?.[Symbol.dispose]()
    await this.#saying
    await this.#sayOnce(0)
    const socket = this.#socket
    this.#socket = undefined
    const { promise, resolve } = Promise.withResolvers<undefined>()

    if (socket !== undefined) {
      socket.mdns.destroy(() => {
        resolve(undefined)
      })
      await promise
    }
  }

  /** Twice, a second apart (RFC 6762, 8.3): a single packet may be lost. */
  #announce (): void {
    this.#say()
    this.#again = this.#deps.clock.after(PAUSE_MS, () => {
      this.#say()
    })
  }

  #say (): void {
    const now = this.#deps.clock.monotonic()

    if (now - this.#saidMs >= PAUSE_MS) {
      this.#saidMs = now
      this.#saying = this.#saying.then(async () => {
        await this.#sayOnce()
      })
    }
  }

  /** Never rejects. One interface after the other: which one a packet leaves by is a setting of the socket. */
  async #sayOnce (ttl?: number): Promise<void> {
    const { listening, interfaces = localInterfaces, onFault } = this.#deps
    const socket = this.#socket
    const addresses = listening()

    for (const { via, ips } of socket === undefined ? [] : interfaces()) {
      const records = mdnsRecords(this.#self, addresses, ips, ttl)

      try {
        if (records !== undefined && socket !== undefined) {
          socket.setInterface(via)
          await respond(socket.mdns, records)
        }
      } catch (err) {
        onFault(err as Error)
      }
    }
  }
}

function openMulticast (): MdnsSocket {
  const socket = createSocket({ type: 'udp4', reuseAddr: true })

  return {
    mdns: multicastDns({ socket }),
    setInterface (via) {
      socket.setMulticastInterface(via)
    }
  }
}

function asksForPeers ({ questions = [] }: QueryPacket): boolean {
  return questions.some(({ name, type }) => name.toLowerCase() === SERVICE && ASKING.has(type))
}

async function respond (mdns: MulticastDNS, records: NonNullable<ReturnType<typeof mdnsRecords>>): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  mdns.respond(records, (err) => {
    if (err instanceof Error) {
      reject(err)
    } else {
      resolve(undefined)
    }
  })
  await promise
}

/** The interfaces of this machine that have an IPv4 address; asked again each time, since they come and go. */
function localInterfaces (): LocalInterface[] {
  return Object.values(networkInterfaces()).flatMap((addresses = []) => {
    const [via] = addresses.filter(({ family }) => family === 'IPv4')

    return via === undefined ? [] : [{ via: via.address, ips: addresses.map(({ address }) => address) }]
  }).slice(0, MAX_INTERFACES)
}
