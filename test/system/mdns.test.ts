// Real multicast DNS between two processes in their own network namespace.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { formatPeerId } from '../../crawler/peer/peer-id-text.ts'
import { missingNamespaces, runAlone } from '../support/network-namespace.ts'

const SCENE = fileURLToPath(new URL('../support/libp2p/mdns-scene.ts', import.meta.url))
const missing = missingNamespaces()

suite('multicast DNS', missing === undefined ? {} : { skip: missing }, () => {
  test('finds a peer on the local network, which becomes one visit, and is found by it', () => {
    const { stdout, stderr } = runAlone([process.execPath, SCENE], { multicast: true })
    assert.match(stdout, /^\{/, stderr)
    const { peer, visits } = JSON.parse(stdout) as { peer: string, visits: { id: string }[] }

    assert.deepEqual(visits.map(({ id, ...visit }) => ({ ...visit, id: formatPeerId(Buffer.from(id, 'hex')) })), [
      { discoveryType: 'passive', source: 'mdns', id: peer, outcome: 'identified', agent: 'neighbour/1', hasLatency: true }
    ])
  })
})
