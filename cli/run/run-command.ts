import { runOptionsOf, withRunOptions } from '../../local/options.ts'
import { withHelp } from '../command/command-help.ts'
import type { Command } from 'commander'

/** Adds `run`, which is also what `npm start` does. */
export function addRunCommand (program: Command): void {
  withHelp(withRunOptions(program.command('run'))
    .description('crawls a network from this machine: crawler, message log, consumer and database in one command'), {
    notes: ['Without a manifest and a network it starts a practice network of real libp2p peers on loopback and crawls that.'],
    examples: [
      { run: 'peerprobe run --once', does: 'crawl a practice network on this machine' },
      { run: 'peerprobe run --network ipfs', does: 'crawl the public IPFS network every ten minutes, until Ctrl-C' },
      { run: 'peerprobe run --bootstrap /dns4/node.example.org/tcp/4001/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA --for 2h', does: 'crawl the network of a peer for two hours' },
      { run: 'peerprobe run examples/amino.yaml --data results', does: 'crawl what a manifest says; the database goes to the folder results' }
    ]
  }).action(async (_path: unknown, _options: unknown, command: Command) => {
    const options = runOptionsOf(command)
    const { runFromTerminal } = await import('../../local/run-command.ts')
    await runFromTerminal(options)
  })
}
