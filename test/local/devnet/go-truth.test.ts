import assert from 'node:assert/strict'
import { test } from 'node:test'
import { devnetTruthOf } from '../../../local/devnet/go/go-truth.ts'
import { DevnetTruth } from '../../../local/devnet/truth.ts'
import type { GoDevnetTruth } from '../../../local/devnet/go/go-devnet-process.ts'

const host = (id: string, kind: GoDevnetTruth['peers'][number]['kind'], keyType: 'ECDSA' | 'RSA' = 'ECDSA'): GoDevnetTruth['peers'][number] => ({
  id,
  kind,
  keyType,
  agentVersion: `go/${kind}`,
  addresses: ['/ip4/127.77.0.1/udp/4001/quic-v1', '/ip4/127.77.0.1/tcp/4001'],
  protocols: [],
  table: [],
  inTables: 1
})

test('the truth of a Go devnet is converted, with its clients among the bootstrap peers', () => {
  const truth = devnetTruthOf({ kadProtocol: '/x/kad/1.0.0', peers: [host('a', 'plain'), host('b', 'client'), host('c', 'dead'), host('d', 'tls-only'), host('e', 'many'), host('f', 'quic-only', 'RSA')] })

  assert.deepEqual(DevnetTruth.parse(truth), truth)
  assert.deepEqual(truth.peers.map(({ role, expectedOutcome }) => [role, expectedOutcome]), [
    ['server', 'ok'],
    ['client', 'identified'],
    ['gone', 'refused'],
    ['tls-only', 'ok'],
    ['server', 'ok'],
    ['quic-only', 'ok']
  ])
  assert.equal(truth.contactable, 5)
  assert.deepEqual(truth.bootstrapPeers, ['a', 'd', 'e', 'b'].map(id => `/ip4/127.77.0.1/tcp/4001/p2p/${id}`))
})
