import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { formatPath } from '../../../core/config.ts'
import { unusableAddresses } from '../../../local/manifest/addresses.ts'

const ID = '12D3KooWQnwEGNqcM2nAcPtRR9rAX8Hrg4k9kJLCHoTR5chJfz6d'
const problemsOf = (scan: object): string[] => unusableAddresses({ spec: { scans: [scan] } }).map(({ path, message }) => `${formatPath(path)}: ${message}`)

suite('unusableAddresses', () => {
  test('takes ranges that exist', () => {
    assert.deepEqual(problemsOf({ addresses: { deny: ['10.0.0.0/8', '0.0.0.0/0', '1.2.3.4/32', 'fd00::/8', '::/128'] } }), [])
  })

  test('names octets and prefix lengths that do not exist', () => {
    assert.deepEqual(problemsOf({ addresses: { deny: ['10.0.0.256/8', '10.0.0.0/33', 'fd00::/129', ':::/8', 5] } }), [
      'spec.scans[0].addresses.deny[0]: 10.0.0.256 is not an IP address',
      'spec.scans[0].addresses.deny[1]: the prefix length ends at 32',
      'spec.scans[0].addresses.deny[2]: the prefix length ends at 128',
      'spec.scans[0].addresses.deny[3]: ::: is not an IP address'
    ])
  })

  test('takes bootstrap peers that name a peer, or a name whose records do', () => {
    assert.deepEqual(problemsOf({ network: { bootstrapPeers: [`/ip4/127.0.0.1/tcp/4001/p2p/${ID}`, `/dns4/x.example/tcp/443/wss/p2p/${ID}`, '/dnsaddr/bootstrap.libp2p.io', `/dnsaddr/bootstrap.libp2p.io/p2p/${ID}`] } }), [])
  })

  test('names bootstrap peers that do not parse or name nobody', () => {
    const problems = problemsOf({ network: { bootstrapPeers: ['/ip4/127.0.0.1/tcp/4001', '/ip4/300.0.0.1/tcp/1', '/nonsense/1', `/p2p/${ID}/p2p-circuit`, '/ip4/127.0.0.1/tcp/1/p2p/12D3KooW'] } })

    assert.deepEqual(problems.map(problem => problem.slice(0, problem.indexOf(': '))), Array.from({ length: 5 }, (_, i) => `spec.scans[0].network.bootstrapPeers[${String(i)}]`))
    assert.match(problems[0]!, /must end in \/p2p/)
    assert.match(problems[1]!, /not a multiaddr/)
  })

  test('names announced addresses that do not parse, and presets that do not exist with those that do', () => {
    assert.match(problemsOf({ passive: { announce: ['/ip4/1.2.3.4/tcp/99999'] } })[0]!, /^spec\.scans\[0\]\.passive\.announce\[0\]: not a multiaddr/)
    assert.match(problemsOf({ network: { preset: 'ipsf' } })[0]!, /^spec\.scans\[0\]\.network\.preset: .*ipfs/)
    assert.deepEqual(problemsOf({ network: { preset: 'ipfs' } }), [])
  })
})
