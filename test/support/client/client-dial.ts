import { multiaddr } from '@multiformats/multiaddr'
import { systemClock } from '../../../core/time/clock.ts'
import { readAddress } from '../../../crawler/address/address-reader.ts'
import { ClientDialler } from '../../../crawler/client/client-dialler.ts'
import type { Session } from '../../../crawler/dial/session.ts'

const dialler = new ClientDialler({ clock: systemClock, random: () => 0 }, { agentVersion: 'peerprobe/test' })

const DIAL_LIMIT_MS = 20_000

/** Dials an IP address, given as text, by our own client. */
export async function clientDial (address: string, peerId: Uint8Array, signal: AbortSignal = AbortSignal.timeout(DIAL_LIMIT_MS)): Promise<Session> {
  const read = readAddress(multiaddr(address).bytes)

  if (read === undefined) {
    throw new TypeError(`not an address: ${address}`)
  }

  return await dialler.dial(read, peerId, signal)
}
