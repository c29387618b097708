// Answers multicast DNS queries for the passive node. The library that finds peers could answer too, but without SRV
// and address records. go-libp2p drops such answers and would never find us.
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

  /** Called with errors that prevent answers; the responder keeps trying. */
  onFault: (err: Error) => void

  /** Interfaces to answer on. @default those of this machine */
  interfaces?: () => readonly LocalInterface[]

  /** Opens the socket. @default multicast on UDP port 5353 */
  open?: () => MdnsSocket
}

/** A multicast DNS socket. */
export interface MdnsSocket {
  mdns: MulticastDNS

  /** Sets the interface for outgoing packets. */
  setInterface: (via: string) => void
}

/** An interface of this machine. */
interface LocalInterface {
  /** IPv4 address that selects this interface for multicast. */
  via: string

  /** All its IP addresses, as text. */
  ips: readonly string[]
}

/** Shortest time between two answers, in milliseconds. A host that queries sooner has received the last answer (RFC 6762, 6). */
const PAUSE_MS = 1_000

const MAX_INTERFACES = 16

// Query types that we answer. The library's types lack ANY.
const ASKING: ReadonlySet<string> = new Set(['PTR', 'ANY'])

/** Announces on each interface the addresses that can be dialled there: at the start and when queried. Withdraws them at the end. */
export class MdnsResponder implements Startable {
  readonly #deps: MdnsResponderDeps
  readonly #self: MdnsSelf
  #socket: MdnsSocket | undefined
  #again: Disposable | undefined
  #answeredMs = -Infinity
  #answering: Promise<void> = Promise.resolve()

  constructor (deps: MdnsResponderDeps, self: MdnsSelf) {
    this.#deps = deps
    this.#self = self
  }

  /** Starts to listen for queries. Errors go to `onFault`. */
  start (): void {
    const { open = openMulticast, onFault } = this.#deps
    this.#socket = open()
    const { mdns } = this.#socket
    mdns.on('query', (query) => {
      if (asksForPeers(query)) {
        this.#answer()
      }
    })
    mdns.on('error', onFault)
    mdns.on('warning', () => undefined) // invalid packets of other hosts, and interfaces without multicast
    mdns.on('ready', () => {
      this.#announce()
    })
  }

  /** Withdraws the announcement and closes the socket. */
  async stop (): Promise<void> {
    this.#again?.[Symbol.dispose]()
    await this.#answering
    await this.#answerOn(0)
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

  /** Announces twice, a second apart (RFC 6762, 8.3): a single packet may be lost. */
  #announce (): void {
    this.#answer()
    this.#again = this.#deps.clock.after(PAUSE_MS, () => {
      this.#answer()
    })
  }

  #answer (): void {
    const now = this.#deps.clock.monotonic()

    if (now - this.#answeredMs >= PAUSE_MS) {
      this.#answeredMs = now
      this.#answering = this.#answering.then(async () => {
        await this.#answerOn()
      })
    }
  }

  /** Never rejects. Uses one interface after the other, since the interface is a setting of the socket. */
  async #answerOn (ttl?: number): Promise<void> {
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

/** This machine's interfaces that have an IPv4 address. Read each time, since interfaces come and go. */
function localInterfaces (): LocalInterface[] {
  return Object.values(networkInterfaces()).flatMap((addresses = []) => {
    const [via] = addresses.filter(({ family }) => family === 'IPv4')

    return via === undefined ? [] : [{ via: via.address, ips: addresses.map(({ address }) => address) }]
  }).slice(0, MAX_INTERFACES)
}
