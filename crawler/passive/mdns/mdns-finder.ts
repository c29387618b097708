import { mdns } from '@libp2p/mdns'
import { parseIp } from '../../address/ip-text.ts'
import { SharedBuckets } from '../limits/shared-buckets.ts'
import { SERVICE } from './mdns-records.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { SharedRates } from '../limits/shared-buckets.ts'
import type { PeerDiscovery, PeerInfo, Startable } from '@libp2p/interface'
import type { MulticastDNSComponents } from '@libp2p/mdns'
import type { ResponsePacket } from 'multicast-dns'

/** Rates of answers that are read. A host runs a few peers, each of which answers a query every 20 s; a link is one subnet. */
export const ANSWER_RATES: SharedRates = {
  own: { burst: 64, perSecond: 4 },
  ip: { burst: 64, perSecond: 4 },
  subnet: { burst: 256, perSecond: 16 },
  all: { burst: 512, perSecond: 32 }
}

// Records read of one answer; a peer has one for each address.
const MAX_RECORDS = 64

/** Most addresses of one found peer. */
export const MAX_ADDRESSES = 16

const INTERVAL_MS = 20_000

/** Called with a found peer and the IP address that announced it. */
export type OnFound = (peer: PeerInfo, source: string) => void

/** An answer of multicast DNS. */
export type Answer = Pick<ResponsePacket, 'answers' | 'additionals'>

interface FinderDeps { clock: Clock, onFound: OnFound }

// Includes an internal method, which reads all answers without any limit.
type Reading = PeerDiscovery & Partial<Startable> & { _onMdnsResponse?: (answer: Answer, from: { address: string }) => void }

/**
 * Finds peers by libp2p's multicast DNS, within limits. It only sends queries; `mdns-responder.ts` answers them. It
 * is not registered as a peer discovery of the node, since the node would store everything found in its peer store.
 */
export class MdnsFinder implements Startable {
  readonly #discovery: Reading
  readonly #limit: SharedBuckets
  readonly #read: (answer: Answer, from: { address: string }) => void
  #source = ''

  /** @throws TypeError if the library has changed */
  constructor (discovery: PeerDiscovery, { clock, onFound }: FinderDeps) {
    this.#discovery = discovery
    this.#limit = new SharedBuckets(clock, ANSWER_RATES)
    const { _onMdnsResponse: read } = this.#discovery

    if (read === undefined) {
      throw new TypeError('the mDNS library has changed: _onMdnsResponse is missing')
    }

    this.#read = read
    this.#discovery._onMdnsResponse = (answer, from) => {
      this.answered(answer, from)
    }
    this.#discovery.addEventListener('peer', ({ detail: { id, multiaddrs } }) => {
      onFound({ id, multiaddrs: multiaddrs.slice(0, MAX_ADDRESSES) }, this.#source)
    })
  }

  /** Handles an answer. It is read only if it is about libp2p peers and within the rate limits. */
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

/** @param instance instance name of our own responder, whose answers are ignored */
export function mdnsFinder (instance: string, deps: FinderDeps): (components: MulticastDNSComponents) => MdnsFinder {
  return components => new MdnsFinder(mdns({ interval: INTERVAL_MS, broadcast: false, peerName: instance })(components), deps)
}
