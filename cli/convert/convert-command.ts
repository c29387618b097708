import { Option } from 'commander'
import { nonEmpty } from '../../core/text/option-text.ts'
import { withHelp } from '../command/command-help.ts'
import { runBody } from '../command/run-body.ts'
import type { Command } from 'commander'

interface Options { out: string, name: string, network: string, sideBySide: boolean, json: boolean }

/** Adds `convert`. */
export function addConvertCommand (program: Command): void {
  withHelp(program.command('convert')
    .description('turns the configuration of the Kubo-based predecessor into a manifest and a Secret')
    .argument('<config>', 'its configuration file: JSON, with comments or without', nonEmpty)
    .addOption(new Option('--out <dir>', 'folder for the two files').argParser(nonEmpty).default('.'))
    .addOption(new Option('--name <name>', 'name of the PeerProbe').argParser(nonEmpty).default('peerprobe'))
    .addOption(new Option('--network <name>', 'the known network to crawl; peerprobe networks lists them').argParser(nonEmpty).default('ipfs'))
    .option('--side-by-side', 'a topic, a group and a database of its own, for a time in which both programs run', false)
    .option('--json', 'print one JSON object', false), {
    notes: [
      'The password of the database goes to NAME-secret.yaml, which only you can read, and nowhere else.',
      'What cannot be carried over is listed with its field. The whole way: docs/moving-over.md.'
    ],
    examples: [
      { run: 'peerprobe convert predecessor.json', does: 'writes peerprobe.yaml and peerprobe-secret.yaml' },
      { run: 'peerprobe convert predecessor.json --name trial --side-by-side', does: 'the same, for a time in which the predecessor keeps running' }
    ]
  }).action(async (config: string, { out, json, ...options }: Options) => {
    await runBody(async (signal) => {
      const { convertFiles } = await import('./convert-files.ts')
      const { writeOut } = await import('../output/write-out.ts')
      const result = await convertFiles(config, out, options)
      const { manifest, secret, notes } = result
      const text = [
        `${manifest}: the PeerProbe`,
        ...secret === undefined ? [] : [`${secret}: the Secret with user and password of the database; only you can read it`],
        ...notes.length === 0 ? [] : ['', 'Please read:', ...notes.map(note => `- ${note}`)],
        '',
        `Next: kubectl apply ${[secret, manifest].flatMap(file => file === undefined ? [] : ['-f', file]).join(' ')}`
      ]
      await writeOut(json ? `${JSON.stringify(result)}\n` : `${text.join('\n')}\n`, signal)
    })
  })
}
