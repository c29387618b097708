import { randomBytes } from 'node:crypto'
import { systemClock } from '../../../core/time/clock.ts'
import { openClientVisitor } from '../../../crawler/client/client-visitor.ts'
import { FLAG } from '../../../crawler/client/yamux/yamux-frame.ts'
import { IDENTIFY_PROTOCOL } from '../../../crawler/identify/identify-message.ts'
import { formatPeerId } from '../../../crawler/peer/peer-id-text.ts'
import { frame } from '../../../crawler/wire/frames.ts'
import { identifyOf, KAD } from '../client/hostile-visits.ts'
import { serve } from '../client/scripted-peer.ts'
import { ScriptedServer } from '../client/scripted-server.ts'
import { createTestKey } from '../client/test-keys.ts'
import { crawlOnce } from './crawl-once.ts'
import { findNodeReply } from './peer-fixtures.ts'
import { ScriptedDns } from './scripted-dns.ts'
import type { DnsResolver } from '../../../crawler/dial/dns/dns-resolver.ts'
import type { PeerRecord } from '../../../crawler/peer/peer-record.ts'
import type { VisitResult } from '../../../crawler/visit/visitor.ts'
import type { TestKey } from '../client/test-keys.ts'

/** IP address of all attackers. */
const ATTACKER = '127.0.0.66'

/** Addresses of one invented peer; `n` counts them. */
export type NameVictim = (n: number) => readonly Uint8Array[]

/** A DHT server on loopback. @param named peers in its answers to FIND_NODE */
export async function dhtServer (key: TestKey, named: () => readonly PeerRecord[], host: string): Promise<ScriptedServer> {
  return await ScriptedServer.play({ key, onFrame: serve({
    [IDENTIFY_PROTOCOL] (_, reply) {
      reply(identifyOf(key), FLAG.fin)
    },
    [KAD] (request, reply) {
      if (request.length > 0) {
        reply(frame(findNodeReply(named())))
      }
    }
  }) }, host)
}

/** A multihash of an Ed25519 peer id that does not exist. */
export function inventedId (): Uint8Array {
  return Uint8Array.from([0x00, 0x24, 0x08, 0x01, 0x12, 0x20, ...randomBytes(32)])
}

/** Other peers in a crawl of attackers. */
export interface AttackedWorld {
  /** Multiaddrs of honest peers. */
  honest?: readonly string[]

  /** @default a resolver without any names */
  dns?: DnsResolver
}

/** Crawls the attackers and the peers that they list. Each of `count` peer ids behind one IP address lists 32 invented peers in each answer. */
export async function crawlAttackers (count: number, nameVictim: NameVictim, world: AttackedWorld = {}): Promise<Map<string, VisitResult>> {
  const { honest = [], dns = new ScriptedDns() } = world
  await using stack = new AsyncDisposableStack()
  const bootstrapPeers = [...honest]
  let invented = 0

  for (let i = 0; i < count; i++) {
    const key = createTestKey()
    const named = (): PeerRecord[] => Array.from({ length: 32 }, () => ({ id: inventedId(), addresses: nameVictim(invented++) }))
    const server = stack.use(await dhtServer(key, named, ATTACKER))
    bootstrapPeers.push(`/ip4/${ATTACKER}/tcp/${String(server.port)}/p2p/${formatPeerId(key.id)}`)
  }

  const visitor = stack.use(openClientVisitor({
    kadProtocols: [KAD],
    agentVersion: 'peerprobe/test',
    addresses: { policy: 'Any', deny: [], maxDialsPerIP: 4, maxDialsPerSubnet: 32 },
    dialTimeoutMs: 1_000,
    visitTimeoutMs: 5_000
  }, { clock: systemClock, dns }))

  return await crawlOnce({ visitor, bootstrapPeers, strategy: 'Census' })
}

/** Dials made to one IP address, as text. */
export function dialsTo (visits: Map<string, VisitResult>, ip: readonly number[]): number {
  const isThere = (address: Uint8Array): boolean => address[0] === 4 && ip.every((byte, i) => address[i + 1] === byte)

  return [...visits.values()].flatMap(({ attempts }) => attempts).filter(({ address, outcome }) => outcome !== 'limit-exceeded' && isThere(address)).length
}
