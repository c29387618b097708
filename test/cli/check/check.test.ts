// Checks of real libp2p peers on loopback, each broken in one way.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { checkPeer } from '../../../cli/check/check.ts'
import { passed } from '../../../cli/check/checked-address.ts'
import { checkLines } from '../../../cli/check/print-check.ts'
import { findClosedPorts } from '../../../local/devnet/closed-ports.ts'
import { DevnetPeer } from '../../../local/devnet/devnet-peer.ts'
import { SilentPort } from '../../../local/devnet/silent-port.ts'
import { connectingPeer } from '../../support/libp2p/connecting-peer.ts'
import type { CheckReport, CheckRequest } from '../../../cli/check/check.ts'

const { signal } = new AbortController()
const TCP = '/ip4/127.0.0.1/tcp/0'
const OTHER_ID = '12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA'

const open = async (listen: readonly string[] = [TCP], isRelay = false): Promise<DevnetPeer> =>
  await DevnetPeer.open({ key: await generateKeyPair('Ed25519'), agentVersion: 'peer\u{1b}[31m/1', listen, isRelay }, signal)
const fullAddress = ({ id, addresses: [address = ''] }: DevnetPeer): string => `${address}/p2p/${id.toString()}`
const check = async (peer: string, request: Partial<CheckRequest> = {}): Promise<CheckReport> =>
  await checkPeer({ peer, bootstrapPeers: [], policy: 'Any', dialTimeoutMs: 5_000, ...request }, signal)
const stagesOf = ({ addresses }: CheckReport): string[][] => addresses.map(({ stages }) => stages.map(({ stage, outcome }) => `${stage} ${outcome}`))

suite('check', () => {
  test('of a DHT server passes every step, each with its time', async () => {
    await using peer = await open()
    await peer.serveDht([], signal)
    const report = await check(fullAddress(peer), { bootstrapPeers: [fullAddress(peer)] })

    assert.deepEqual([report.isReachable, report.cause], [true, 'reachable'])
    assert.deepEqual(stagesOf(report), [['resolve ok', 'dial ok', 'secure ok', 'muxer ok', 'identify ok', 'kad ok']])
    assert.deepEqual(report.addresses[0]!.stages.filter(({ ms }) => ms === undefined).map(({ stage }) => stage), ['muxer'])
    assert.equal(checkLines(report).join('\n').includes('\u{1b}'), false)
    assert.match(checkLines(report).join('\n'), /identify +ok +[\d.]+ ms {2}peer\\u\{1b\}\[31m\/1\n[^]*\nReachable: it is reachable and serves the DHT\.\nWhat to do: Nothing\.$/)
  })

  test('by a peer id alone asks the DHT, and tells TCP that is closed from QUIC that answers', async () => {
    const [closed] = await findClosedPorts(1, signal)
    await using peer = await open(['/ip4/127.0.0.1/udp/0/quic-v1'])
    await using server = await open()
    await peer.serveDht([], signal)
    await server.serveDht([{ id: peer.id, addresses: [`/ip4/127.0.0.1/tcp/${String(closed)}`, peer.addresses[0]!] }], signal)
    const report = await check(peer.id.toString(), { bootstrapPeers: [fullAddress(server)] })

    assert.deepEqual(report.lookup, { answered: 1, mentions: 1 })
    assert.deepEqual([report.isReachable, report.cause], [true, 'tcp-filtered'])
    assert.match(report.says, /QUIC answers, TCP does not \(refused\)/)
    assert.deepEqual(stagesOf(report), [['resolve ok', 'dial refused'], ['resolve ok', 'dial ok', 'secure ok', 'muxer ok', 'identify ok', 'kad ok']])
  })

  test('by a peer id that nobody knows says that no address is known', async () => {
    await using server = await open()
    await server.serveDht([], signal)
    const report = await check(OTHER_ID, { bootstrapPeers: [fullAddress(server)] })

    assert.deepEqual([report.isReachable, report.cause, report.lookup?.mentions], [false, 'no-dialable-address', 0])
    await assert.rejects(check(OTHER_ID, { bootstrapPeers: [`/ip4/127.0.0.1/tcp/1/p2p/${OTHER_ID}`] }), { code: 'PP_NO_BOOTSTRAP' })
  })

  test('of an address where another peer answers names that peer', async () => {
    await using peer = await open()
    const report = await check(`${peer.addresses[0]!}/p2p/${OTHER_ID}`)

    assert.deepEqual([report.isReachable, report.cause], [false, 'peer-id-mismatch'])
    assert.ok(report.says.includes(`peer ${peer.id.toString()} answers`), report.says)
    assert.deepEqual(stagesOf(report), [['resolve ok', 'dial ok', 'secure peer-id-mismatch']])
  })

  test('tells a DHT of a local network, another network and a DHT client apart', async () => {
    for (const [kadProtocol, cause, words] of [['/ipfs/lan/kad/1.0.0', 'lan-only', /serves \/ipfs\/lan\/kad\/1\.0\.0 only: a DHT client/], ['/lab/kad/1.0.0', 'other-network', /another network \(\/lab\/kad\/1\.0\.0\)/]] as const) {
      await using peer = await connectingPeer({ listen: [TCP], kadProtocol })
      const report = await check(String(peer.getMultiaddrs()[0]))
      assert.deepEqual([report.isReachable, report.cause], [true, cause])
      assert.match(report.says, words)
      assert.equal(stagesOf(report)[0]?.at(-1), 'kad not-served')
    }
    await using client = await connectingPeer({ listen: [TCP] })
    assert.equal((await check(String(client.getMultiaddrs()[0]))).cause, 'dht-client')
  })

  test('of a peer behind a relay says that it is reachable through the relay only', async () => {
    await using relay = await open([TCP], true)
    await using peer = await open([`${fullAddress(relay)}/p2p-circuit`])
    await peer.serveDht([], signal)
    const report = await check(fullAddress(peer), { bootstrapPeers: [fullAddress(peer)] })

    assert.deepEqual([report.isReachable, report.cause], [true, 'relay-only'])
  })

  test('tells a closed port, a mute port and a private address apart', async () => {
    const [closed] = await findClosedPorts(1, signal)
    await using silent = await SilentPort.open(signal)
    const at = (port: number | undefined): string => `/ip4/127.0.0.1/tcp/${String(port)}/p2p/${OTHER_ID}`

    assert.equal((await check(at(closed))).cause, 'refused')
    const mute = await check(at(silent.port), { dialTimeoutMs: 300 })
    assert.deepEqual([mute.isReachable, mute.cause], [false, 'mute'])
    assert.deepEqual(stagesOf(mute), [['resolve ok', 'dial ok', 'secure timeout']])
    assert.equal(passed(mute.addresses[0]!, 'dial'), true)

    const hidden = await check(at(silent.port), { policy: 'Public' })
    assert.deepEqual([hidden.isReachable, hidden.cause], [false, 'private-only'])
    assert.deepEqual(stagesOf(hidden), [['resolve filtered']])
  })

  test('refuses what is no peer, and a network that does not exist', async () => {
    for (const [peer, words] of [['/ip4/127.0.0.1/tcp/4001', /must end in \/p2p\//], ['nobody', /neither a peer id \(.*nor a multiaddr/]] as const) {
      await assert.rejects(check(peer), { code: 'PP_CONFIG_INVALID', message: words })
    }
    await assert.rejects(check(OTHER_ID, { network: 'ipsf' }), { code: 'PP_NETWORK_UNKNOWN' })
  })

  test('stops with its signal', async () => {
    await using silent = await SilentPort.open(signal)
    const peer = `/ip4/127.0.0.1/tcp/${String(silent.port)}/p2p/${OTHER_ID}`

    await assert.rejects(checkPeer({ peer, bootstrapPeers: [], policy: 'Any', dialTimeoutMs: 60_000 }, AbortSignal.timeout(50)))
  })
})
