import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { Command } from 'commander'
import { addCheckCommand } from '../../../cli/check/check-command.ts'
import { execArguments } from '../../../cli/check/check-from.ts'
import { crawlerScan } from '../../../cli/check/crawler-scan.ts'
import { helpOf } from '../../../cli/command/command-help.ts'
import { runCli } from '../../support/cli/run-cli.ts'
import { connectingPeer } from '../../support/libp2p/connecting-peer.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import type { CheckReport } from '../../../cli/check/check.ts'

const ID = '12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA'

suite('peerprobe check', () => {
  test('exits 0 for a peer that it reached, and 2 for one that it did not', async () => {
    await using peer = await connectingPeer({ listen: ['/ip4/127.0.0.1/tcp/0'] })
    const address = String(peer.getMultiaddrs()[0])
    const reached = await runCli(['check', address, '--addresses', 'Any', '--json'])
    assert.equal(reached.code, 0, reached.stderr)
    assert.equal((JSON.parse(reached.stdout) as CheckReport).cause, 'dht-client')

    const wrong = await runCli(['check', address.replace(/[^/]+$/, ID), '--addresses', 'Any'])
    assert.equal(wrong.code, 2)
    assert.match(wrong.stdout, /Not reachable: another peer id answers at its address/)
  })

  test('dials no private address unless asked to', async () => {
    const { code, stdout } = await runCli(['check', `/ip4/127.0.0.1/tcp/4001/p2p/${ID}`])
    assert.equal(code, 2)
    assert.match(stdout, /resolve +filtered[^]*only addresses of private networks/)
  })

  test('exits 64 for what is no peer and for wrong options', async () => {
    for (const args of [['nobody'], [ID, '--network', 'ipsf'], [ID, '--timeout', '0s'], [ID, '--timeout', '1h'], [ID, '--addresses', 'all'], []]) {
      assert.equal((await runCli(['check', ...args])).code, 64, args.join(' '))
    }
  })

  test('says what to give in place of what it refuses', async () => {
    for (const [args, words] of [
      [['nobody'], /nobody: it is neither a peer id \(such as .*\) nor a multiaddr \(such as .*\) \(PP_CONFIG_INVALID\)/],
      [['/ip4/192.0.2.1/tcp/4001'], /must end in \/p2p\/ and the peer id that should answer/],
      [[ID, '--network', 'ipsf'], /ipsf.*ipfs.*PP_NETWORK_UNKNOWN/],
      [[ID, '--timeout', '1h'], /must be a duration from 1ms to 2m, such as 5s/],
      [[ID, '--addresses', 'all'], /Allowed choices are Public, Private, Any/],
      [[ID, '--from', 'lab/amino/main', '--as-crawler'], /cannot be used with/]
    ] as const) {
      assert.match((await runCli(['check', ...args])).stderr, words)
    }
  })

  test('runs in the pod of a crawler by kubectl, with the same options and the exit code of there', async () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('kubectl'), '#!/bin/sh\nprintf "%s\\n" "$*"\nexit 2\n', { mode: 0o755 })
    const env = { PATH: folder.path }
    const exec = 'exec -n lab deploy/amino-crawler-main -- node cli/main.ts check'

    assert.deepEqual(await runCli(['check', ID, '--from', 'lab/amino/main'], { env }), { code: 2, stdout: `${exec} ${ID} --timeout 5000ms --as-crawler\n`, stderr: '' })
    const { stdout } = await runCli(['check', ID, '--from', 'lab/amino/main', '--network', 'filecoin', '--bootstrap', '/ip4/1.2.3.4/tcp/1', '--addresses', 'Any', '--timeout', '9s', '--json'], { env })
    assert.equal(stdout, `${exec} ${ID} --timeout 9000ms --network filecoin --addresses Any --bootstrap /ip4/1.2.3.4/tcp/1 --json\n`)
    const missing = await runCli(['check', ID, '--from', 'lab/amino/main'], { env: { PATH: '/nonexistent' } })
    assert.equal(missing.code, 64)
    assert.match(missing.stderr, /--from runs kubectl, which cannot be started: .*ENOENT: install kubectl[^]*PP_CONFIG_INVALID/)
    for (const scan of ['amino', 'amino/main', 'a/b/c/d', '-n/b/c', 'a//c', 'a/b/$(x)']) {
      assert.throws(() => execArguments(scan, []), { code: 'PP_CONFIG_INVALID', message: /--from: .* is no scan of a cluster: give NAMESPACE\/PEERPROBE\/SCAN/ }, scan)
    }
  })

  test('takes network and addresses of the crawler whose configuration it finds', async () => {
    using folder = new TempFolder()
    await using peer = await connectingPeer({ listen: ['/ip4/127.0.0.1/tcp/0'] })
    const network = { name: 'lab', bootstrapPeers: [`/ip4/127.0.0.1/tcp/1/p2p/${ID}`], protocols: ['/lab/kad/1.0.0'] }
    const scan = { name: 'main', network, addresses: { policy: 'Private', deny: ['127.0.0.2/32'] } }
    writeFileSync(folder.file('crawler.json'), JSON.stringify({ scanId: 'lab/amino/main', scan, bus: { embedded: { path: 'bus' } }, topic: 'nodes' }))
    const env = { PEERPROBE_CONFIG: folder.file('crawler.json') }
    const address = String(peer.getMultiaddrs()[0])

    const reached = await runCli(['check', address, '--as-crawler'], { env })
    assert.equal(reached.code, 0, reached.stderr)
    assert.equal((await runCli(['check', address, '--as-crawler', '--addresses', 'Public'], { env })).code, 2)
    assert.match((await runCli(['check', address.replace('127.0.0.1', '127.0.0.2'), '--as-crawler'], { env })).stdout, /resolve +filtered/)
    assert.match((await runCli(['check', ID, '--as-crawler'], { env })).stderr, /PP_NO_BOOTSTRAP/)
    assert.match((await runCli(['check', ID, '--as-crawler'], { env: { PEERPROBE_CONFIG: '' } })).stderr, /--as-crawler: PEERPROBE_CONFIG names no configuration/)
    assert.equal((await crawlerScan(env)).network.name, 'lab')
  })

  test('has examples that its options accept', () => {
    for (const { run } of helpOf(commandOf())?.examples ?? []) {
      assert.equal(commandOf().action(() => undefined).parse(run.split(' ').slice(2), { from: 'user' }).args.length, 1)
    }
  })
})

function commandOf (): Command {
  const program = new Command('peerprobe')
  addCheckCommand(program)

  return program.commands[0]!
}
