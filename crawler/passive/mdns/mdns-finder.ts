import { mdns } from '@libp2p/mdns'
import { parseIp } from '../../address/ip-text.ts'
import { SharedBuckets } from '../limits/shared-buckets.ts'
import { SERVICE } from './mdns-records.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { SharedRates } from '../limits/shared-buckets.ts'
import type { PeerDiscovery, PeerInfo, Startable } from '@libp2p/interface'
import type { MulticastDNSComponents } from '@libp2p/mdns'
import type { ResponsePacket } from 'multicast-dns'

/** Answers that are read. A host has some peers, and each answers a question every 20 s; a link is one subnet. */
export const ANSWER_RATES: SharedRates = {
  own: { burst: 64, perSecond: 4 },
  ip: { burst: 64, perSecond: 4 },
  subnet: { burst: 256, perSecond: 16 },
  all: { burst: 512, perSecond: 32 }
}

// Records of one answer that are read; a peer has one for each address.
const MAX_RECORDS = 64

/** Addresses of one find that are passed on. */
export const MAX_ADDRESSES = 16

const INTERVAL_MS = 20_000

/** A peer that was found, and the IP address that told of it. */
export type OnFound = (peer: PeerInfo, source: string) => void

/** An answer of multicast DNS. */
export type Answer = Pick<ResponsePacket, 'answers' | 'additionals'>

interface FinderDeps { clock: Clock, onFound: OnFound }

// More than its type says: it reads whatever comes, from whomever, as fast as it comes.
type Reading = PeerDiscovery & Partial<Startable> & { _onMdnsResponse?: (answer: Answer, from: { address: string }) => void }

/**
 * Multicast DNS as libp2p wants it, within limits. It asks and does not answer: that does `mdns-responder.ts`. It is a service
 * and not a discovery of the node, which would keep whatever it finds among its peers.
 */
export class MdnsFinder implements Startable {
  readonly #discovery: Reading
  readonly #limit: SharedBuckets
  readonly #read: (answer: Answer, from: { address: string }) => void
  #source = ''

  /** @throws TypeError where the library is another one */
  constructor (discovery: PeerDiscovery, { clock, onFound }: FinderDeps) {
    this.#discovery = discovery
    this.#limit = new SharedBuckets(clock, ANSWER_RATES)
    const { _onMdnsResponse: read } = this.#discovery

    if (read === undefined) {
      throw new TypeError('multicast DNS does not read answers in the way that is known')
    }

    this.#read = read
    this.#discovery._onMdnsResponse = (answer, from) => {
      this.answered(answer, from)
    }
    this.#discovery.addEventListener('peer', ({ detail: { id, multiaddrs } }) => {
      onFound({ id, multiaddrs: multiaddrs.slice(0, MAX_ADDRESSES) }, this.#source)
    })
  }

  /** An answer came; it is read where it is about libp2p peers, and neither its sender nor all together send too many. */
  answered ({ answers = [], additionals = [] }: Answer, from: { address: string }): void {
    const isOurs = answers.some(({ type, name }) => type === 'PTR' && name === SERVICE)

    if (isOurs && this.#limit.take(from.address, parseIp(from.address))) {
      this.#source = from.address
      this.#read({ answers: answers.slice(0, MAX_RECORDS), additionals: additionals.slice(0, MAX_RECORDS) }, from)
    }
  }

  async start (): Promise<void> {
    await this.#discovery.start?.()
  }

  async stop (): Promise<void> {
    await this.#discovery.stop?.()
  }
}

/** @param instance the responder's, whose answers are not finds */
export function mdnsFinder (instance: string, deps: FinderDeps): (components: MulticastDNSComponents) => MdnsFinder {
  return components => new MdnsFinder(mdns({ interval: INTERVAL_MS, broadcast: false, peerName: instance })(components), deps)
}
