// What one failed dial and a departure look like in the tables, with real peers behind gates that a test closes.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { createServer, connect } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { stringify } from 'yaml'
import { connectingPeer } from '../support/libp2p/connecting-peer.ts'
import { LocalRun } from '../support/local-run.ts'
import { TempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'
import type { ConnectingPeer } from '../support/libp2p/connecting-peer.ts'
import type { AddressInfo, Server, Socket } from 'node:net'

const KAD = '/lab/kad/1.0.0'
const LIMIT_MS = 240_000

/** A TCP port in front of a peer. */
class Gate implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  /** What happens to the next connections; all later ones pass. */
  readonly next: ('reset' | 'mute')[] = []

  constructor (port: number) {
    this.#server = createServer((socket) => {
      this.#keep(socket)
      const fault = this.next.shift()

      if (fault === 'reset') {
        socket.resetAndDestroy()
      } else if (fault === undefined) {
        const inner = this.#keep(connect(port, '127.0.0.1'))
        socket.pipe(inner).pipe(socket)
      }
    })
  }

  async listen (): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')

    return `/ip4/127.0.0.1/tcp/${String((this.#server.address() as AddressInfo).port)}`
  }

  /** From now on the port refuses connections. */
  async [Symbol.asyncDispose] (): Promise<void> {
    if (this.#server.listening) {
      this.#server.close()
      this.#sockets.forEach(socket => socket.destroy())
      await once(this.#server, 'close')
    }
  }

  #keep (socket: Socket): Socket {
    this.#sockets.add(socket)
    socket.on('error', () => { /* the other end is gone, as the test wants */ }).on('close', () => this.#sockets.delete(socket))

    return socket
  }
}

interface Seen { crawl: number, attempt: number, source: string, failed: boolean }

function visitsOf (database: DatabaseSync, nodeId: string): Seen[] {
  return database.prepare(`SELECT crawl_id, attempt, source, outcome FROM visit_detail WHERE node_id = ? ORDER BY crawl_id, attempt`).all(nodeId)
    .map(row => ({ crawl: Number(row['crawl_id']), attempt: Number(row['attempt']), source: String(row['source']), failed: !['ok', 'identified', 'connected'].includes(String(row['outcome'])) }))
}

// The tables are made after the file.
function isFilled (path: string): boolean {
  if (!existsSync(path)) {
    return false
  }

  using database = new DatabaseSync(path, { readOnly: true, timeout: 10_000 })

  return database.prepare('SELECT 1 FROM sqlite_schema WHERE name = \'visit_detail\'').get() !== undefined
}

const finishedCrawls = (database: DatabaseSync): number => Number(database.prepare('SELECT COUNT(*) AS n FROM crawl WHERE state = \'finished\'').get()!['n'])

const portOf = (peer: ConnectingPeer): number => Number(peer.getMultiaddrs()[0]!.toString().split('/')[4])

test('a peer whose first dial fails is not ended, and one that is gone is ended once', async () => {
  using folder = new TempFolder()
  await using stack = new AsyncDisposableStack()
  const names = ['steady', 'reset', 'mute', 'gone'] as const
  const peers = await Promise.all(names.map(async () => stack.use(await connectingPeer({ listen: ['/ip4/127.0.0.1/tcp/0'], kadProtocol: KAD }))))
  const gates = peers.map(peer => stack.use(new Gate(portOf(peer))))
  const bootstrapPeers = await Promise.all(gates.map(async (gate, i) => `${await gate.listen()}/p2p/${peers[i]!.peerId.toString()}`))
  writeFileSync(folder.file('probe.yaml'), stringify({
    apiVersion: 'peerprobe.dev/v1alpha1',
    kind: 'PeerProbe',
    metadata: { name: 'lab' },
    spec: { scans: [{ name: 'main', network: { name: 'lab', bootstrapPeers, protocols: [KAD] }, active: { interval: '20s', dialTimeout: '2s', visitTimeout: '5s' }, addresses: { policy: 'Any' }, passive: { enabled: false } }] }
  }))
  await using run = new LocalRun([folder.file('probe.yaml'), '--data', folder.path], { cwd: folder.path })
  const path = folder.file('peerprobe.sqlite')
  await until('the first crawl has begun', () => isFilled(path), LIMIT_MS)
  using database = new DatabaseSync(path, { readOnly: true, timeout: 10_000 })
  const [, reset, mute, gone] = peers.map(peer => visitsOf.bind(undefined, database, peer.peerId.toString()))
  await until('a crawl has contacted everybody', () => finishedCrawls(database) > 0 && peers.every(peer => visitsOf(database, peer.peerId.toString()).some(({ failed }) => !failed)), LIMIT_MS)

  gates[1]!.next.push('reset', 'reset') // a visit asks for Noise, then for TLS
  gates[2]!.next.push('mute')
  await gates[3]![Symbol.asyncDispose]()
  const crawls = finishedCrawls(database)
  await until('three more crawls are over', () => finishedCrawls(database) >= crawls + 3, LIMIT_MS)
  run.signal('SIGINT')
  await run.ended

  for (const visits of [reset!(), mute!()]) {
    const failures = visits.filter(({ failed }) => failed)
    const last = visits.filter(({ crawl }) => crawl === failures[0]?.crawl).at(-1)

    assert.equal(failures.length, 1, JSON.stringify(visits))
    assert.deepEqual([last?.attempt, last?.source, last?.failed], [3, 'confirmation', false], JSON.stringify(visits))
  }

  const ends = gone!().filter(({ failed }) => failed)
  const first = ends.filter(({ crawl }) => crawl === ends[0]?.crawl)

  assert.deepEqual(first.map(({ attempt, source }) => [attempt, source]), [[1, 'bootstrap'], [3, 'confirmation'], [4, 'confirmation']])
  assert.ok(ends.slice(first.length).length >= 2 && ends.slice(first.length).every(({ attempt }) => attempt === 1), JSON.stringify(ends))
})
