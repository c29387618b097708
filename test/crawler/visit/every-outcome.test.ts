// Each documented outcome occurs, caused by a real remote or a real limit.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { isContacted, isIdentified, OUTCOME_NAMES } from '../../../core/contracts/outcome.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { HOP_PROTOCOL } from '../../../crawler/client/carrier/hop-message.ts'
import { ClientDialler } from '../../../crawler/client/client-dialler.ts'
import { KadProtocols } from '../../../crawler/dht/kad-protocol.ts'
import { DialLimits } from '../../../crawler/dial/dial-limits.ts'
import { encodeIdentify, IDENTIFY_PROTOCOL } from '../../../crawler/identify/identify-message.ts'
import { openLanes } from '../../../crawler/lanes/open-lanes.ts'
import { formatPeerId } from '../../../crawler/peer/peer-id-text.ts'
import { visitPeer } from '../../../crawler/visit/visit-peer.ts'
import { frame } from '../../../crawler/wire/frames.ts'
import { dht, KAD, KEY } from '../../support/client/hostile-visits.ts'
import { serve } from '../../support/client/scripted-peer.ts'
import { ScriptedServer, playOn } from '../../support/client/scripted-server.ts'
import { createTestKey } from '../../support/client/test-keys.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { deadAddress } from '../../support/network/peers.ts'
import { ScriptedDns } from '../../support/network/scripted-dns.ts'
import { scriptedDialler } from '../../support/network/scripted-session.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { AddressPolicy } from '../../../crawler/address/address-policy.ts'
import type { Dialler } from '../../../crawler/dial/session.ts'
import type { VisitResult } from '../../../crawler/visit/visitor.ts'
import type { PeerScript } from '../../support/client/scripted-peer.ts'
import type { Socket } from 'node:net'

const RELAY = createTestKey()
const NA = Buffer.from('\u0013/multistream/1.0.0\n\u0003na\n', 'latin1')
const OPTIONS = { dialTimeoutMs: 10_000, visitTimeoutMs: 15_000, identifyTimeoutMs: 10_000, requestTimeoutMs: 10_000 } as const
const plan = { strategy: 'Census', bucket: 0 } as const
const garbage = new Uint8Array(900).fill(0xff)
const client = frame(encodeIdentify({ publicKey: KEY.message, protocolVersion: 'x/1', agentVersion: 'client/1', protocols: [] }))

interface Given { id?: Uint8Array, signal?: AbortSignal, dialTimeoutMs?: number }

/** A visit, by the crawler's clients, to the peer with {@link KEY}, or another. */
async function visit (addresses: readonly Uint8Array[], given: Given = {}): Promise<VisitResult> {
  const { id = KEY.id, signal = new AbortController().signal, dialTimeoutMs = OPTIONS.dialTimeoutMs } = given
  const scan = { policy: 'Any' as const, deny: [], maxDialsPerIP: 64, maxDialsPerSubnet: 64 }
  const options = { kadProtocols: [KAD], agentVersion: 'peerprobe/test', addresses: scan, ...OPTIONS, dialTimeoutMs }
  await using lanes = await openLanes(options, { clock: systemClock, dns: new ScriptedDns() })

  return await lanes.visit({ id, addresses, plan }, signal)
}

const at = (text: string) => async (): Promise<VisitResult> => await visit([multiaddr(text).bytes])

const served = (onSocket: (socket: Socket) => void, given: Given = {}) => async (): Promise<VisitResult> => {
  await using server = await ScriptedServer.open(onSocket)

  return await visit([multiaddr(`/ip4/127.0.0.1/tcp/${String(server.port)}`).bytes], given)
}

const played = (script: Partial<PeerScript>, given: Given = {}): () => Promise<VisitResult> => served((socket) => {
  playOn(socket, { key: KEY, ...script })
}, given)

const LIMITED = { maxDialsPerIP: 1, maxDialsPerSubnet: 1 }

/** A visit that ignores the address policy, for outcomes that cannot occur on loopback. */
async function dialling (text: string, dialler: Dialler, clock: Clock, limits = new DialLimits(LIMITED)): Promise<VisitResult> {
  const policy = { allows: () => true } as unknown as AddressPolicy
  const deps = { dialler, policy, limits, dns: new ScriptedDns(), protocols: new KadProtocols([KAD]), clock }
  const target = { id: KEY.id, addresses: [multiaddr(text).bytes], plan }

  return await visitPeer(target, deps, { ...OPTIONS, staggerMs: 250, maxParallel: 4 }, new AbortController().signal)
}

const FIN = 4
const NO_RESERVATION = frame(Buffer.from('080228cc01', 'hex'))
const refuse = (_: Uint8Array, reply: (bytes: Uint8Array) => void): void => {
  reply(NO_RESERVATION)
}
const UNROUTED = '/ip4/192.0.2.1/tcp/1'
const never = scriptedDialler(async () => await Promise.withResolvers<never>().promise)
const failing = scriptedDialler(async () => await Promise.reject(Object.assign(new Error('an unknown fault'), { code: 'ENEW' })))

const SCENES: Record<Outcome, () => Promise<VisitResult>> = {
  'ok': played({ onFrame: dht() }),
  'rpc-failed': played({ onFrame: dht(undefined, garbage) }),
  'identified': played({ onFrame: serve({ [IDENTIFY_PROTOCOL]: (_, reply) => { reply(client, FIN) } }) }),
  'identify-failed': played({ onFrame: dht(garbage) }),
  'connected': played({ onFrame: ({ stream }, peer) => { peer.control(1, 8, stream) } }),
  'refused': async () => await visit([await deadAddress()]),
  'timeout': served(() => undefined, { dialTimeoutMs: 500 }),
  // No operating system connects TCP to the broadcast address.
  'unreachable': async () => await dialling('/ip4/255.255.255.255/tcp/1', new ClientDialler({ clock: systemClock, random: () => 0 }, { agentVersion: 'x' }), systemClock),
  'reset': served(socket => socket.destroy()),
  'no-dialable-address': async () => await visit([]),
  'filtered': at('/ip4/169.254.169.254/tcp/80'),
  'unsupported-transport': at('/ip4/127.0.0.1/udp/1/webrtc-direct'),
  'security-unsupported': served(socket => socket.write(NA)),
  'no-muxer': played({ muxers: ['/mplex/6.7.0'], lateMuxers: [] }),
  'handshake-failed': played({ payload: () => garbage }),
  'peer-id-mismatch': played({ onFrame: dht() }, { id: createTestKey().id }),
  'protocol-error': served(socket => socket.write('SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n')),
  'relay-refused': async () => {
    await using server = await ScriptedServer.play({ key: RELAY, onFrame: serve({ [HOP_PROTOCOL]: refuse }) })

    return await visit([multiaddr(`/ip4/127.0.0.1/tcp/${String(server.port)}/p2p/${formatPeerId(RELAY.id)}/p2p-circuit`).bytes])
  },
  'dns-failed': at('/dns4/nowhere.test/tcp/1'),
  'limit-exceeded': async () => {
    const clock = new FakeClock()
    const limits = new DialLimits(LIMITED)
    using taken = new DisposableStack()
    taken.use(await limits.acquire(Uint8Array.of(192, 0, 2, 1), new AbortController().signal))

    return await clock.runUntil(dialling(UNROUTED, never, clock, limits))
  },
  'aborted': async () => {
    await using server = await ScriptedServer.open(() => undefined)
    const stop = new AbortController()
    setImmediate(() => {
      stop.abort()
    })

    return await visit([multiaddr(`/ip4/127.0.0.1/tcp/${String(server.port)}`).bytes], { signal: stop.signal })
  },
  'unknown': async () => {
    const clock = new FakeClock()

    return await clock.runUntil(dialling(UNROUTED, failing, clock))
  }
}

suite('an outcome', { concurrency: 8 }, () => {
  for (const outcome of OUTCOME_NAMES) {
    test(`${outcome} occurs, with the properties that the contract gives`, async () => {
      const result = await SCENES[outcome]()

      assert.equal(result.outcome, outcome, result.detail)
      assert.equal(result.connection !== undefined, isContacted(outcome))
      assert.equal(result.identity !== undefined, isIdentified(outcome))
      assert.ok(outcome !== 'unknown' || result.detail === 'an unknown fault')
    })
  }
})
