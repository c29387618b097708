import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { checkAddress } from '../../../cli/check/check-address.ts'
import { openCheckTools } from '../../../cli/check/check-tools.ts'
import { connectTcp } from '../../../cli/check/connect-tcp.ts'
import { findAddresses } from '../../../cli/check/find-addresses.ts'
import { readAddress } from '../../../crawler/address/address-reader.ts'
import { formatAddress, parseAddress } from '../../../crawler/address/address.ts'
import { parsePeerId } from '../../../crawler/peer/peer-id-text.ts'
import { findClosedPorts } from '../../../local/devnet/closed-ports.ts'
import { DevnetPeer } from '../../../local/devnet/devnet-peer.ts'
import { KAD_PROTOCOL } from '../../../local/devnet/truth.ts'
import { ScriptedServer } from '../../support/client/scripted-server.ts'
import { ScriptedDns } from '../../support/network/scripted-dns.ts'
import type { CheckTools } from '../../../cli/check/check-tools.ts'

const { signal } = new AbortController()
const WANTED = '12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA'
const open = async (): Promise<DevnetPeer> =>
  await DevnetPeer.open({ key: await generateKeyPair('Ed25519'), agentVersion: 'peer', listen: ['/ip4/127.0.0.1/tcp/0'] }, signal)
const bytesOf = (text: string): Uint8Array => parseAddress(text)!.address
const idOf = (peer: DevnetPeer): Uint8Array => parsePeerId(peer.id.toString())!
const toolsFor = async (stack: AsyncDisposableStack, policy: 'Public' | 'Any' = 'Any'): Promise<CheckTools> =>
  await openCheckTools({ policy, protocols: [KAD_PROTOCOL], dialTimeoutMs: 5_000 }, stack)

suite('findAddresses', () => {
  test('asks from peer to peer until one knows the addresses', async () => {
    await using stack = new AsyncDisposableStack()
    const [first, second, third] = [stack.use(await open()), stack.use(await open()), stack.use(await open())]
    const [closed] = await findClosedPorts(1, signal)
    await third.serveDht([], signal)
    await second.serveDht([{ id: third.id, addresses: third.addresses }], signal)
    await first.serveDht([{ id: second.id, addresses: [`/ip4/127.0.0.1/tcp/${String(closed)}`, ...second.addresses] }], signal)
    const seeds = [{ id: idOf(first), addresses: [bytesOf(first.addresses[0]!)] }]
    const { addresses, answered } = await findAddresses(idOf(third), seeds, await toolsFor(stack), signal)

    assert.deepEqual(addresses.map(formatAddress), third.addresses)
    assert.equal(answered, 2)
  })

  test('asks nobody whose addresses the policy forbids', async () => {
    await using stack = new AsyncDisposableStack()
    const first = stack.use(await open())
    await first.serveDht([], signal)
    const seeds = [{ id: idOf(first), addresses: [bytesOf(first.addresses[0]!)] }]

    assert.deepEqual(await findAddresses(parsePeerId(WANTED)!, seeds, await toolsFor(stack, 'Public'), signal), { addresses: [], answered: 0, mentions: 0 })
  })
})

suite('checkAddress', () => {
  test('resolves a name first, and says when it cannot', async () => {
    await using stack = new AsyncDisposableStack()
    const peer = stack.use(await open())
    const port = peer.addresses[0]!.split('/').at(-1)!
    const dns = new ScriptedDns({ 'peer.example': ['127.0.0.1'] })
    const tools = { ...await toolsFor(stack), dns }
    const at = async (name: string): Promise<string[]> =>
      (await checkAddress({ id: idOf(peer), address: bytesOf(`/dns4/${name}/tcp/${port}`), isBootstrap: false }, tools, signal))
        .map(({ address, outcome }) => `${address} ${outcome}`)

    assert.deepEqual(await at('peer.example'), [`/ip4/127.0.0.1/tcp/${port} identified`])
    assert.deepEqual(await at('broken.example'), [`/dns4/broken.example/tcp/${port} dns-failed`])
  })

  test('dials no address that no client supports', async () => {
    await using stack = new AsyncDisposableStack()
    const target = { id: parsePeerId(WANTED)!, address: bytesOf('/ip4/127.0.0.1/udp/1/webrtc-direct'), isBootstrap: false }
    const checked = await checkAddress(target, await toolsFor(stack), signal)

    assert.deepEqual(checked.map(({ outcome, stages }) => [outcome, stages.length]), [['unsupported-transport', 1]])
  })
})

suite('connectTcp', () => {
  test('resolves for an open port and leaves no connection, and rejects for a closed one', async () => {
    const ended = Promise.withResolvers<undefined>()
    await using server = await ScriptedServer.open((socket) => {
      socket.resume().on('close', () => {
        ended.resolve(undefined)
      })
    })
    const [closed] = await findClosedPorts(1, signal)

    await connectTcp(readAddress(bytesOf(`/ip4/127.0.0.1/tcp/${String(server.port)}`))!, signal)
    await ended.promise
    await assert.rejects(connectTcp(readAddress(bytesOf(`/ip4/127.0.0.1/tcp/${String(closed)}`))!, signal), { code: 'ECONNREFUSED' })
    await assert.rejects(connectTcp(readAddress(bytesOf(`/ip4/127.0.0.1/tcp/${String(server.port)}`))!, AbortSignal.abort(new TypeError('stop'))), { message: 'stop' })
  })
})
