import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Command } from 'commander'
import { addCheckCommand } from '../../../cli/check/check-command.ts'
import { helpOf } from '../../../cli/command/command-help.ts'
import { runCli } from '../../support/cli/run-cli.ts'
import { connectingPeer } from '../../support/libp2p/connecting-peer.ts'
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
