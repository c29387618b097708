// Both discoveries of one crawler process, with the practice network and peers that connect to it.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { privateKeyFromProtobuf } from '@libp2p/crypto/keys'
import { multiaddr } from '@multiformats/multiaddr'
import { stringify } from 'yaml'
import { devnetManifest } from '../../local/devnet/devnet-manifest.ts'
import { DevnetProcess } from '../../local/devnet/spawn.ts'
import { connectingPeer } from '../support/libp2p/connecting-peer.ts'
import { LocalRun } from '../support/local-run.ts'
import { freePortPair } from '../support/servers/free-ports.ts'
import { TempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'
import type { ConnectingPeer } from '../support/libp2p/connecting-peer.ts'

const LIMIT_MS = 120_000
const { signal } = new AbortController()

interface Row { source: string, type: string, outcome: string, agent: string | null }

suite('active and passive discovery together', () => {
  test('find peers that answer and peers that only connect; a peer found both ways counts once; a killed crawler restarts with the same peer id', async () => {
    using folder = new TempFolder()
    await using devnet = await DevnetProcess.open({ peers: 16 }, signal)
    const port = await freePortPair()
    const manifest = devnetManifest(devnet.truth)
    Object.assign(manifest.spec.scans[0]!, { passive: { enabled: true, port }, active: { interval: '5s', dialTimeout: '2s', visitTimeout: '5s' } })
    writeFileSync(folder.file('probe.yaml'), stringify(manifest))
    await using run = new LocalRun([folder.file('probe.yaml'), '--data', folder.path, '--listen', '127.0.0.1'], { cwd: folder.path })

    // A peer that cannot be dialled, and one that serves the DHT and is also found by the crawl.
    await using client = await connectingPeer({ agentVersion: 'only-comes/1' })
    await using server = await connectingPeer({ agentVersion: 'both-ways/1', listen: ['/ip4/127.0.0.1/tcp/0'], kadProtocol: devnet.truth.kadProtocol })
    const come = async (peer: ConnectingPeer): Promise<boolean> => {
      try {
        await peer.dial(multiaddr(`/ip4/127.0.0.1/tcp/${String(port)}`))
        return true
      } catch {
        return false // not up yet
      }
    }
    await until('both peers are connected', async () => await come(client) && await come(server), LIMIT_MS)

    await until('the client is stored by both', () => typesOf(folder.path, client).join() === 'active connected,passive inbound', LIMIT_MS)
    await until('the server is stored by both', () => typesOf(folder.path, server).length >= 2, LIMIT_MS)
    await until('the devnet is stored', () => nodes(folder.path) === devnet.truth.contactable + 2, LIMIT_MS)

    assert.deepEqual(visitsOf(folder.path, client).filter(({ type }) => type === 'passive'), [{ source: 'inbound', type: 'passive', outcome: 'identified', agent: 'only-comes/1' }])
    assert.equal(rowsOf(folder.path, server), 1)
    const metrics = await (await fetch(`http://127.0.0.1:${String(adminPort(folder.path))}/metrics`)).text()
    assert.match(metrics, /^peerprobe_crawler_passive_sightings_total\{source="inbound",transport="tcp",outcome="identified",component="crawler"\} 2$/m)
    const before = peerId(folder.path)
    await until('the passive node answers FIND_NODE', async () => await answersFindNode(server, before), LIMIT_MS)
    run.pidsOf('crawler').forEach(pid => process.kill(pid, 'SIGKILL'))
    await delay(500)
    await until('the passive node is back', async () => await come(client), LIMIT_MS)
    assert.equal((client.getPeers().map(String)).includes(before), true)
    await until('the crawl is warm', () => /"known":[1-9]/.test(readFileSync(`${folder.path}/logs/devnet-crawler-main.log`, 'utf8').split('"msg":"crawler ready"').at(-1) ?? ''), LIMIT_MS)

    assert.equal(visitsOf(folder.path, client).filter(({ type }) => type === 'passive').length <= 2, true)
    assert.equal(rowsOf(folder.path, client), 1)
  })
})

/** Whether a peer is among those that answer when another one looks for the peers closest to a random key. */
async function answersFindNode (asker: ConnectingPeer, id: string): Promise<boolean> {
  for await (const event of asker.services.dht.getClosestPeers(randomBytes(32))) {
    if (event.name === 'PEER_RESPONSE' && event.from.toString() === id) {
      return true
    }
  }

  return false
}

function withDatabase<T> (folder: string, read: (database: DatabaseSync) => T): T | undefined {
  try {
    using database = new DatabaseSync(`${folder}/peerprobe.sqlite`, { readOnly: true })

    return read(database)
  } catch {
    return undefined // not created yet
  }
}

function visitsOf (folder: string, { peerId: id }: ConnectingPeer): Row[] {
  const query = 'SELECT source, discovery_type AS type, outcome, agent_version AS agent FROM visit_detail WHERE node_id = ? ORDER BY 2, 1'

  return withDatabase(folder, database => database.prepare(query).all(id.toString()).map(row => ({ ...row }) as unknown as Row)) ?? []
}

function typesOf (folder: string, peer: ConnectingPeer): string[] {
  return [...new Set(visitsOf(folder, peer).filter(({ outcome }) => outcome === 'identified' || outcome === 'ok').map(({ type, source }) => `${type} ${source}`))].sort()
}

function rowsOf (folder: string, { peerId: id }: ConnectingPeer): number | undefined {
  return withDatabase(folder, database => database.prepare('SELECT node_id FROM node_info WHERE node_id = ?').all(id.toString()).length)
}

function nodes (folder: string): number | undefined {
  return withDatabase(folder, database => Number(database.prepare('SELECT COUNT(*) AS n FROM node_info').get()?.['n']))
}

function adminPort (folder: string): number {
  return Number(/"adminPort":(\d+)\D/.exec(readFileSync(`${folder}/logs/devnet-crawler-main.log`, 'utf8'))?.[1])
}

function peerId (folder: string): string {
  const key = privateKeyFromProtobuf(Buffer.from(readFileSync(`${folder}/state/main/identity.key`, 'utf8'), 'base64'))

  return key.publicKey.toString()
}
