// Fifty peer ids behind one address announce one uninvolved victim under 1,600 invented ids.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readAddress } from '../../crawler/address/address-reader.ts'
import { parseAddress } from '../../crawler/address/address.ts'
import { formatPeerId } from '../../crawler/peer/peer-id-text.ts'
import { ScriptedServer } from '../support/client/scripted-server.ts'
import { createTestKey } from '../support/client/test-keys.ts'
import { crawlAttackers, dhtServer, dialsTo } from '../support/network/victim-attackers.ts'

const IDENTITIES = 50
const VICTIM = [127, 0, 0, 77] as const

function tcp (ip: readonly number[], port: number): Uint8Array {
  return Uint8Array.of(4, ...ip, 6, port >> 8, port & 0xff)
}

function multiaddr (text: string): Uint8Array {
  const bytes = parseAddress(text)?.address

  return bytes !== undefined && readAddress(bytes) !== undefined ? bytes : assert.fail(text)
}

/** A port that counts connections and closes them at once. */
async function countingPort (): Promise<ScriptedServer> {
  return await ScriptedServer.open((socket) => {
    socket.destroy()
  }, VICTIM.join('.'))
}

suite('attackers cannot make the crawler flood a victim', () => {
  test('one port under 1,600 ids', async (t) => {
    await using victim = await countingPort()
    const visits = await crawlAttackers(IDENTITIES, () => [tcp(VICTIM, victim.port)])

    assert.ok(visits.size > 1_600, `${String(visits.size)} peers`)
    t.diagnostic(`${String(victim.sockets.length)} connections`)
    assert.ok(victim.sockets.length >= 1 && victim.sockets.length <= 64, `${String(victim.sockets.length)} connections`)
  })

  test('one port under 1,600 ids, by every transport and many names', async (t) => {
    await using victim = await countingPort()
    const at = `/ip4/${VICTIM.join('.')}/tcp/${String(victim.port)}`
    const visits = await crawlAttackers(IDENTITIES, n => [
      tcp(VICTIM, victim.port),
      multiaddr(`${at}/ws`),
      ...Array.from({ length: 12 }, (_, i) => multiaddr(`${at}/tls/sni/n${String(n)}-${String(i)}.example/ws`)),
      multiaddr(`${at}/p2p/${formatPeerId(createTestKey().id)}/p2p-circuit`)
    ])

    assert.ok(visits.size > 1_600, `${String(visits.size)} peers`)
    t.diagnostic(`${String(victim.sockets.length)} connections`)
    assert.ok(victim.sockets.length <= 256, `${String(victim.sockets.length)} connections`)
  })

  test('one port under 1,600 ids, each with its own name that resolves to it', async (t) => {
    await using victim = await countingPort()
    const dns = { addresses: async (_: string, family: 4 | 6) => await Promise.resolve(family === 4 ? [VICTIM.join('.')] : []), texts: async () => await Promise.resolve([]) }
    const visits = await crawlAttackers(IDENTITIES, n => [multiaddr(`/dns/n${String(n)}.d${String(n % 100)}.example/tcp/${String(victim.port)}`)], { dns })

    assert.ok(visits.size > 1_600, `${String(visits.size)} peers`)
    t.diagnostic(`${String(victim.sockets.length)} connections`)
    assert.ok(victim.sockets.length >= 1 && victim.sockets.length <= 64, `${String(victim.sockets.length)} connections`)
  })

  test('a separate port for each of 1,600 ids', async (t) => {
    const visits = await crawlAttackers(IDENTITIES, n => [tcp(VICTIM, 20_000 + n)])
    const dials = dialsTo(visits, VICTIM)

    assert.ok(visits.size > 1_600, `${String(visits.size)} peers`)
    t.diagnostic(`${String(dials)} dials`)
    assert.ok(dials >= 1 && dials <= 256, `${String(dials)} dials`)
  })

  test('two hundred honest peers of one loopback address are all found among as many dead ones', async () => {
    await using stack = new AsyncDisposableStack()
    const keys = Array.from({ length: 200 }, () => createTestKey())
    const addresses: string[] = []

    for (const key of keys) {
      const server = stack.use(await dhtServer(key, () => [], VICTIM.join('.')))
      addresses.push(`/ip4/${VICTIM.join('.')}/tcp/${String(server.port)}/p2p/${formatPeerId(key.id)}`)
    }

    const visits = await crawlAttackers(10, n => [tcp(VICTIM, 20_000 + n)], { honest: addresses })

    assert.deepEqual(keys.filter(({ id }) => visits.get(formatPeerId(id))?.outcome !== 'ok').length, 0)
  })
})
