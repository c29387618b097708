import { withHelp } from '../command/command-help.ts'
import { runBody } from '../command/run-body.ts'
import type { Command } from 'commander'

/** Adds `networks`. */
export function addNetworksCommand (program: Command): void {
  withHelp(program.command('networks')
    .description('lists the known networks')
    .option('--json', 'one JSON object a line, with all bootstrap peers and protocols', false), {
    examples: [
      { run: 'peerprobe networks', does: 'names for --network, and for network.preset of a manifest' },
      { run: 'peerprobe networks --json | head -1', does: 'the first one with all that is known about it' }
    ]
  }).action(async ({ json }: { json: boolean }) => {
    await runBody(async (signal) => {
      const { presetNames, resolveNetwork } = await import('../../crawler/networks/presets.ts')
      const { printListing } = await import('../output/listing.ts')
      const networks = presetNames().map((preset) => {
        const { name, bootstrapPeers, protocols } = resolveNetwork({ preset })

        return { name, bootstrapPeers, protocols }
      })

      await printListing([networks], {
        columns: ['NAME', 'BOOTSTRAP PEERS', 'PROTOCOLS'],
        cells: ({ name, bootstrapPeers, protocols }) => [name, bootstrapPeers.length, protocols.join(', ')]
      }, { json }, signal)
    })
  })
}
