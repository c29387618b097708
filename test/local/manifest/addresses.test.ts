import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { formatPath } from '../../../core/process/config.ts'
import { unusableAddresses } from '../../../local/manifest/addresses.ts'

const ID = '12D3KooWQnwEGNqcM2nAcPtRR9rAX8Hrg4k9kJLCHoTR5chJfz6d'
const problemsOf = (scan: object): string[] => unusableAddresses({ spec: { scans: [scan] } }).map(({ path, message }) => `${formatPath(path)}: ${message}`)

suite('unusableAddresses', () => {
  test('accepts existing ranges', () => {
    assert.deepEqual(problemsOf({ addresses: { deny: ['10.0.0.0/8', '0.0.0.0/0', '1.2.3.4/32', 'fd00::/8', '::/128'] } }), [])
  })

  test('reports octets and prefix lengths that do not exist', () => {
    assert.deepEqual(problemsOf({ addresses: { deny: ['10.0.0.256/8', '10.0.0.0/33', 'fd00::/129', ':::/8', 5] } }), [
      'spec.scans[0].addresses.deny[0]: 10.0.0.256 is not an IP address',
      'spec.scans[0].addresses.deny[1]: the prefix length is at most 32',
      'spec.scans[0].addresses.deny[2]: the prefix length is at most 128',
      'spec.scans[0].addresses.deny[3]: ::: is not an IP address'
    ])
  })

  test('reports database hosts that are neither names nor addresses', () => {
    const problemsOfHost = (host: string): string[] => unusableAddresses({ spec: { mysql: { host } } })
      .map(({ path, message }) => `${formatPath(path)}: ${message}`)

    assert.deepEqual(['db.example', '192.0.2.1', '::1', '[2001:db8::5]', '[::ffff:192.0.2.1]'].flatMap(problemsOfHost), [])
    for (const host of ['1:2:3', '[1::2::3]']) {
      assert.deepEqual(problemsOfHost(host), [`spec.mysql.host: ${host} is neither a host name nor an IP address`])
    }
  })

  test('accepts bootstrap peers with a peer id, or a name whose records have one', () => {
    assert.deepEqual(problemsOf({ network: { bootstrapPeers: [`/ip4/127.0.0.1/tcp/4001/p2p/${ID}`, `/dns4/x.example/tcp/443/wss/p2p/${ID}`, '/dnsaddr/bootstrap.libp2p.io', `/dnsaddr/bootstrap.libp2p.io/p2p/${ID}`] } }), [])
  })

  test('reports bootstrap peers that do not parse or have no peer id', () => {
    const problems = problemsOf({ network: { bootstrapPeers: ['/ip4/127.0.0.1/tcp/4001', '/ip4/300.0.0.1/tcp/1', '/nonsense/1', `/p2p/${ID}/p2p-circuit`, '/ip4/127.0.0.1/tcp/1/p2p/12D3KooW', `/p2p/${ID}`] } })

    assert.deepEqual(problems.map(problem => problem.slice(0, problem.indexOf(': '))), Array.from({ length: 6 }, (_, i) => `spec.scans[0].network.bootstrapPeers[${String(i)}]`))
    assert.match(problems[0]!, /must end in \/p2p/)
    assert.match(problems[1]!, /not a multiaddr/)
    assert.match(problems[4]!, /12D3KooW is not a peer id/)
    assert.match(problems[5]!, /a peer id without an address/)
  })

  test('accepts a list with an entry that cannot be dialled, and refuses a list without any other, with each entry\'s reason', () => {
    const star = `/dns4/star.example/tcp/443/wss/p2p-webrtc-star/p2p/${ID}`
    const utp = `/ip4/1.2.3.4/udp/4001/utp/p2p/${ID}`

    assert.deepEqual(problemsOf({ network: { bootstrapPeers: [star, `/dns4/x.example/tcp/1/p2p/${ID}`, utp] } }), [])
    const problems = problemsOf({ network: { bootstrapPeers: [star, utp] } })
    assert.equal(problems.length, 2)
    assert.match(problems[0]!, /^spec\.scans\[0\]\.network\.bootstrapPeers\[0\]: p2p-webrtc-star is not supported/)
    assert.match(problems[1]!, /^spec\.scans\[0\]\.network\.bootstrapPeers\[1\]: utp is not supported/)
  })

  test('refuses a list whose entries are all forbidden by the scan\'s policy', () => {
    const network = { bootstrapPeers: [`/ip4/10.0.0.1/tcp/4001/p2p/${ID}`, `/ip6/fd00::1/udp/4001/quic-v1/p2p/${ID}`] }
    const expected = ['10.0.0.1', 'fd00::1'].map((ip, i) =>
      `spec.scans[0].network.bootstrapPeers[${String(i)}]: addresses.policy Public or addresses.deny of the scan forbids ${ip}`)

    assert.deepEqual(problemsOf({ network }), expected)
    assert.deepEqual(problemsOf({ network, addresses: { policy: 'Private' } }), [])
    assert.equal(problemsOf({ network, addresses: { policy: 'Any', deny: ['10.0.0.0/8', 'fd00::/8'] } }).length, 2)
    assert.deepEqual(problemsOf({ network, addresses: { policy: 'Nobody' } }), [])
  })

  test('reports announced addresses that do not parse, and unknown presets with the known ones', () => {
    assert.match(problemsOf({ passive: { announce: ['/ip4/1.2.3.4/tcp/99999'] } })[0]!, /^spec\.scans\[0\]\.passive\.announce\[0\]: not a multiaddr/)
    assert.match(problemsOf({ network: { preset: 'ipsf' } })[0]!, /^spec\.scans\[0\]\.network\.preset: .*ipfs/)
    assert.deepEqual(problemsOf({ network: { preset: 'ipfs' } }), [])
  })
})
