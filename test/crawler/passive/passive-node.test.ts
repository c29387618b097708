// The node's own dialler never exceeds its budget, and never dials a name, whatever causes the dial.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { multiaddr } from '@multiformats/multiaddr'
import { DIAL_BUDGET, DialBudget } from '../../../crawler/dial/dial-budget.ts'
import { PassiveGater } from '../../../crawler/passive/limits/passive-gater.ts'
import { createPassiveNode } from '../../../crawler/passive/passive-node.ts'
import { formatPeerId } from '../../../crawler/peer/peer-id-text.ts'
import { ScriptedServer } from '../../support/client/scripted-server.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { KAD } from '../../support/libp2p/open-passive.ts'
import { inventedId } from '../../support/network/victim-attackers.ts'
import { freePortPair } from '../../support/servers/free-ports.ts'
import type { PassiveServices } from '../../../crawler/passive/passive-node.ts'
import type { Libp2p } from '@libp2p/interface'

const IDS = 100

async function openNode (): Promise<Libp2p<PassiveServices> & AsyncDisposable> {
  const node = await createPassiveNode({
    privateKey: await generateKeyPair('Ed25519'),
    agentVersion: 'peerprobe/test',
    kadProtocol: KAD,
    host: '127.0.0.1',
    port: await freePortPair(),
    announce: [],
    policy: 'Private',
    mdns: false,
    maxConnections: 100,
    gater: new PassiveGater({ policy: 'Private', deny: [] }),
    // A fake clock: a dial that waits for a token waits until the dial's own limit.
    budget: new DialBudget(new FakeClock())
  })
  await node.start()

  return Object.assign(node, { [Symbol.asyncDispose]: async () => {
    await node.stop()
  } })
}

/** Dials this many invented peers. Returns how many connections the server received. */
async function dialAll (server: ScriptedServer, addressOf: (i: number) => string): Promise<number> {
  await using node = await openNode()
  await Promise.allSettled(Array.from({ length: IDS }, async (_, i) => {
    await node.dial(multiaddr(`${addressOf(i)}/p2p/${formatPeerId(inventedId())}`), { signal: AbortSignal.timeout(5_000) })
  }))

  return server.sockets.length
}

const closing = async (host = '127.0.0.1'): Promise<ScriptedServer> => await ScriptedServer.open((socket) => {
  socket.destroy()
}, host)

suite('the dials of the passive node\'s own dialler', () => {
  for (const carrier of ['', '/ws']) {
    test(`one victim under many ids is dialled as often as its budget allows: tcp${carrier}`, async () => {
      await using victim = await closing()
      const came = await dialAll(victim, () => `/ip4/127.0.0.1/tcp/${String(victim.port)}${carrier}`)

      assert.ok(came >= 1 && came <= DIAL_BUDGET.endpoint.budget!, `${String(came)} connections`)
    })
  }

  test('a name in a WebSocket address over TLS is not dialled: the policy cannot check where it leads', async () => {
    await using victim = await closing()

    assert.equal(await dialAll(victim, () => `/ip4/127.0.0.2/tcp/${String(victim.port)}/tls/sni/localhost/ws`), 0)
  })

  test('no name is looked up, a /dnsaddr included', async () => {
    await using node = await openNode()
    const peer = formatPeerId(inventedId())

    for (const name of ['dnsaddr/nobody.invalid', 'dns4/nobody.invalid/tcp/1', 'dns/nobody.invalid/tcp/1/ws']) {
      await assert.rejects(node.dial(multiaddr(`/${name}/p2p/${peer}`)), ({ name: kind }: Error) => ['DialDeniedError', 'NoValidAddressesError'].includes(kind), name)
    }
  })
})
