// Remote peers often cause the passive node's dials: by an answer of the DHT, an entry in its table, or multicast
// DNS. All dials are charged in the transport, whatever caused them.
import { readAddress } from '../../address/address-reader.ts'
import { parseAddress } from '../../address/address.ts'
import { peerFault } from '../../peer/peer-fault.ts'
import type { Address } from '../../address/address-reader.ts'
import type { DialBudget } from '../../dial/dial-budget.ts'
import type { Transport } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/**
 * Wraps a transport so that its dials are charged to the same budget as the crawls' dials. Repeated dials of a peer
 * are charged again, since the DHT dials the peers of its table repeatedly.
 */
export function budgetedDials<Components> (transport: (components: Components) => Transport, budget: DialBudget): (components: Components) => Transport {
  return (components) => {
    const made = transport(components)
    const dial = made.dial.bind(made)
    made.dial = async (address, options) => {
      const permit = await budget.admit(...targetOf(address), options.signal, 'charged')

      try {
        const connection = await dial(address, options)
        permit.found()

        return connection
      } catch (err) {
        permit.failed(err)
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
    throw peerFault('unsupported-transport', 'cannot dial an address without its expected peer id')
  }

  return [address, parsed.peerId]
}
