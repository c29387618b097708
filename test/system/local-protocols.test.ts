import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { connectingPeer } from '../support/libp2p/connecting-peer.ts'
import { LocalRun } from '../support/local-run.ts'
import { TempFolder } from '../support/temp-folder.ts'
import type { RunEnd } from '../support/local-run.ts'

interface Result { population: { contacted: number, dhtServers: number }, problem?: { code: string, message: string }, scans: { problem?: { code: string } }[] }

const STAR = '/dns4/star.example/tcp/443/wss/p2p-webrtc-star/p2p/QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJN'

/** Crawls a custom network once. */
async function crawlOnce (network: { bootstrapPeers: readonly string[], protocols?: readonly string[] }, args: readonly string[] = []): Promise<RunEnd> {
  using folder = new TempFolder()
  const scan = { name: 'main', network: { name: 'lab', ...network }, passive: { enabled: false }, addresses: { policy: 'Private' } }
  writeFileSync(folder.file('probe.yaml'), JSON.stringify({ apiVersion: 'peerprobe.dev/v1alpha1', kind: 'PeerProbe', metadata: { name: 'lab' }, spec: { scans: [scan] } }))
  await using run = new LocalRun([folder.file('probe.yaml'), '--once', '--data', folder.file('data'), ...args], { cwd: folder.path })

  return await run.ended
}

const resultOf = ({ stdout }: RunEnd): Result => JSON.parse(stdout.trim().split('\n').at(-1)!) as Result

suite('npm start on a network with another DHT protocol', () => {
  test('reports all it found and what the peers list, and fails', async () => {
    await using peer = await connectingPeer({ listen: ['/ip4/127.0.0.1/tcp/0'], kadProtocol: '/lab/kad/1.0.0' })
    const bootstrapPeers = peer.getMultiaddrs().map(String)
    const { code, stdout, stderr } = await crawlOnce({ bootstrapPeers, protocols: ['/guess/kad/1.0.0'] })

    assert.equal(code, 1)
    assert.match(stdout, /Problem \(PP_NO_DHT_SERVER\)\n {2}none of the 1 peers of network lab/)
    assert.match(stderr.trim(), /^peerprobe: main: none of the 1 peers .* serves \/guess\/kad\/1\.0\.0; they list \/lab\/kad\/1\.0\.0 \(1\)\..*\(PP_NO_DHT_SERVER\)$/)
    const json = await crawlOnce({ bootstrapPeers, protocols: ['/guess/kad/1.0.0'] }, ['--json'])
    assert.equal(json.code, 1)
    assert.partialDeepStrictEqual(resultOf(json), { population: { contacted: 1 }, problem: { code: 'PP_NO_DHT_SERVER' }, scans: [{ problem: { code: 'PP_NO_DHT_SERVER' } }] })
  })

  test('learns the protocol if none is given, also a local network\'s, despite a bootstrap peer that cannot be dialled', async () => {
    for (const kadProtocol of ['/ipfs/lan/kad/1.0.0', '/kademlia/1.0.0']) {
      await using peer = await connectingPeer({ listen: ['/ip4/127.0.0.1/tcp/0'], kadProtocol })
      const run = await crawlOnce({ bootstrapPeers: [STAR, ...peer.getMultiaddrs().map(String)] }, ['--json'])

      assert.equal(run.code, 0, run.stderr)
      assert.match(run.stdout, /network\.bootstrapPeers\[0\] is left out: p2p-webrtc-star is not supported/)
      assert.partialDeepStrictEqual(resultOf(run).population, { contacted: 1, dhtServers: 1, outcomes: { 'ok': 1, 'unsupported-transport': 1 } })
      assert.equal(resultOf(run).problem, undefined)
    }
  })
})
