// Multicast DNS as it is, no mock, between two processes in a network of their own.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { formatPeerId } from '../../crawler/visit/peer-id-text.ts'

const SCENE = fileURLToPath(new URL('../support/libp2p/mdns-scene.ts', import.meta.url))

// Multicast needs a route; without one nothing is found, and nothing says so.
const NETWORK = 'ip link set lo up && ip link set lo multicast on && ip route add 224.0.0.0/4 dev lo'
const missing = spawnSync('unshare', ['-rn', 'sh', '-c', NETWORK]).status === 0
  ? {}
  : { skip: 'this machine makes no network namespace (unshare, ip): install util-linux and iproute2, and allow user namespaces or run as root' }

suite('multicast DNS', missing, () => {
  test('finds a peer of the local network, which becomes one visit', () => {
    const { stdout, stderr } = spawnSync('unshare', ['-rn', 'sh', '-c', `${NETWORK} && exec "$0" "$1"`, process.execPath, SCENE], { encoding: 'utf8', timeout: 60_000 })
    assert.match(stdout, /^\{/, stderr)
    const { peer, visits } = JSON.parse(stdout) as { peer: string, visits: { id: string }[] }

    assert.deepEqual(visits.map(({ id, ...visit }) => ({ ...visit, id: formatPeerId(Buffer.from(id, 'hex')) })), [
      { discoveryType: 'passive', source: 'mdns', id: peer, outcome: 'identified', agent: 'neighbour/1', hasLatency: true }
    ])
  })
})
