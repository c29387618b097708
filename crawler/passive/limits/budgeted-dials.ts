// What makes the passive node dial is often a stranger: an answer of the DHT, an entry of its table, a find of multicast
// DNS. Its dials are charged where they are made, whatever asked for them.
import { readAddress } from '../../address/address-reader.ts'
import { parseAddress } from '../../address/address.ts'
import { peerFault } from '../../peer/peer-fault.ts'
import type { Address } from '../../address/address-reader.ts'
import type { DialBudget } from '../../dial/dial-budget.ts'
import type { Transport } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/**
 * A transport whose dials pass the budget that the crawls' dials pass. A second dial of the same peer pays again: the DHT
 * dials who is in its table as often as it likes.
 */
export function budgetedDials<Components> (transport: (components: Components) => Transport, budget: DialBudget): (components: Components) => Transport {
  return (components) => {
    const made = transport(components)
    const dial = made.dial.bind(made)
    made.dial = async (address, options) => {
      const leave = await budget.admit(...targetOf(address), options.signal, 'charged')

      try {
        const connection = await dial(address, options)
        leave.found()

        return connection
      } catch (err) {
        leave.failed(err)
        throw err
      }
    }

    return made
  }
}

function targetOf (multiaddr: Multiaddr): [Address, Uint8Array] {
  const parsed = parseAddress(multiaddr.toString())
  const address = parsed === undefined ? undefined : readAddress(parsed.address)

  if (address === undefined || parsed?.peerId === undefined) {
    throw peerFault('unsupported-transport', 'an address is dialled with the peer id that is expected there')
  }

  return [address, parsed.peerId]
}
