import { generateKeyPair } from '@libp2p/crypto/keys'
import { multiaddr } from '@multiformats/multiaddr'
import { pino } from 'pino'
import { Progress } from '../../../core/process/progress.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { DialBudget } from '../../../crawler/dial/dial-budget.ts'
import { PassiveGater } from '../../../crawler/passive/limits/passive-gater.ts'
import { PassiveDiscovery } from '../../../crawler/passive/passive-discovery.ts'
import { freePortPair } from '../servers/free-ports.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { CompletedVisit } from '../../../crawler/engine/population/visit-sink.ts'
import type { PassiveNodeOptions } from '../../../crawler/passive/passive-node.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

/** DHT protocol of the passive nodes of tests. */
export const KAD = '/strange/kad/1.0.0'

/** A passive node on loopback, and its reports. */
export interface PassiveRig extends AsyncDisposable {
  discovery: PassiveDiscovery
  visits: CompletedVisit[]

  /** Its address by a transport, such as `tcp`, with its peer id. */
  address: (transport: 'tcp' | 'quic-v1' | 'ws') => Multiaddr
}

/** Settings of a node. */
export interface PassiveWorld {
  clock?: Clock
  bootstrap?: Multiaddr[]
}

/** Opens a passive node on loopback. */
export async function openPassiveRig (options: Partial<PassiveNodeOptions> = {}, world: PassiveWorld = {}): Promise<PassiveRig> {
  const { clock = systemClock, bootstrap = [] } = world
  const port = await freePortPair()
  const visits: CompletedVisit[] = []
  const discovery = await PassiveDiscovery.open({
    clock,
    log: pino({ level: 'silent' }),
    sink: { ready: () => undefined, accept: visit => visits.push(visit) },
    beat: new Progress({ clock }).watch('passive', 60_000),
    bootstrap: async () => await Promise.resolve(bootstrap),
    onVisit: () => undefined
  }, {
    privateKey: await generateKeyPair('Ed25519'),
    agentVersion: 'peerprobe/test',
    kadProtocol: KAD,
    host: '127.0.0.1',
    port,
    announce: [],
    policy: 'Private',
    mdns: false,
    maxConnections: 100,
    gater: new PassiveGater({ policy: 'Private', deny: [] }),
    budget: new DialBudget(clock),
    ...options
  })
  const addresses = discovery.status().addresses.map(text => multiaddr(text))

  return {
    discovery,
    visits,
    address: transport => addresses.find(address => (transport === 'tcp' ? /\/tcp\/\d+\/p2p/ : new RegExp(`/${transport}/`)).test(address.toString()))!,
    [Symbol.asyncDispose]: async () => {
      await discovery[Symbol.asyncDispose]()
    }
  }
}
