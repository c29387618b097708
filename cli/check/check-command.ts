import { InvalidArgumentError, Option } from 'commander'
import { defined } from '../../core/defined.ts'
import { nonEmpty } from '../../core/text/option-text.ts'
import { DurationText, toMilliseconds } from '../../core/time/duration.ts'
import { withHelp } from '../command/command-help.ts'
import { NOT_REACHABLE } from '../command/exit-codes.ts'
import { runBody } from '../command/run-body.ts'
import type { CheckRequest } from './check.ts'
import type { Command } from 'commander'

interface Options {
  network?: string
  bootstrap: string[]
  addresses?: CheckRequest['policy']
  asCrawler: boolean
  from?: string
  timeout: number
  json: boolean
}

const DEFAULT_TIMEOUT_MS = 5_000
const DEFAULT_POLICY = 'Public'
const MAX_TIMEOUT_MS = 120_000

/** Adds `check`. */
export function addCheckCommand (program: Command): void {
  withHelp(program.command('check')
    .description('says whether a peer can be reached from here, at each of its addresses, and if not why')
    .argument('<peer>', 'peer id, or a multiaddr that ends in /p2p/ and a peer id', nonEmpty)
    .option('--network <name>', 'network of the peer, a preset (default: ipfs)', nonEmpty)
    .option('--bootstrap <multiaddr>', 'peer of the network that is asked, in place of the preset\'s; can be repeated', collect, [])
    .addOption(new Option('--addresses <policy>', 'which addresses are dialled (default: Public)').choices(['Public', 'Private', 'Any']))
    .addOption(new Option('--timeout <duration>', 'limit of one dial, such as 5s').argParser(timeLimit).default(DEFAULT_TIMEOUT_MS, '5s'))
    .option('--from <scan>', 'check from the pod of a crawler, by kubectl exec: NAMESPACE/PEERPROBE/SCAN; network and addresses are those of the scan by default', nonEmpty)
    .addOption(new Option('--as-crawler', 'network and addresses are those of the crawler whose configuration PEERPROBE_CONFIG names, as in its pod').default(false, 'false').conflicts(['network', 'bootstrap', 'from']))
    .option('--json', 'print one JSON object', false), {
    notes: ['Of each address it tries, in this order: resolve the name, dial, secure the connection, identify, ask the DHT. With a peer id alone it first asks the DHT of the network for addresses. It dials nothing but these addresses.', '`--from` needs the right to run commands in the pods of its namespace (create pods/exec).'],
    examples: [
      { run: 'peerprobe check 12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA', does: 'a peer of the public IPFS network, by its id' },
      { run: 'peerprobe check /ip4/127.0.0.1/tcp/4001/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA --addresses Any', does: 'a peer on this machine' },
      { run: 'peerprobe check 12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA --from peerprobe/amino/main', does: 'from where a crawler of a cluster stands' }
    ],
    exitCodes: { [NOT_REACHABLE]: 'the peer cannot be reached' }
  }).action(async (peer: string, options: Options, command: Command) => {
    await runBody(async (signal) => {
      process.exitCode = options.from === undefined ? await checkHere(peer, options, signal) : await checkThere(peer, options.from, command, signal)
    })
  })
}

async function checkHere (peer: string, { network, bootstrap, addresses, asCrawler, timeout, json }: Options, signal: AbortSignal): Promise<number> {
  const [{ checkPeer }, { printCheck }, { crawlerScan }] = await Promise.all([import('./check.ts'), import('./print-check.ts'), import('./crawler-scan.ts')])
  const scan = asCrawler ? await crawlerScan() : undefined
  const report = await checkPeer({
    peer,
    bootstrapPeers: bootstrap,
    policy: addresses ?? scan?.addresses.policy ?? DEFAULT_POLICY,
    dialTimeoutMs: timeout,
    ...defined({ network, scanNetwork: scan?.network, deny: scan?.addresses.deny })
  }, signal)
  await printCheck(report, { json }, signal)

  return report.isReachable ? 0 : NOT_REACHABLE
}

// The same options there, as they were written; without a network that of the scan counts.
async function checkThere (peer: string, scan: string, command: Command, signal: AbortSignal): Promise<number> {
  const { checkFrom } = await import('./check-from.ts')
  const { network, bootstrap, addresses, timeout, json } = command.opts<Options>()
  const ofScan = network === undefined && bootstrap.length === 0
  const args = [
    ...Object.entries(defined({ network, addresses })).flatMap(([name, value]) => [`--${name}`, value]),
    ...bootstrap.flatMap(address => ['--bootstrap', address]),
    ...ofScan ? ['--as-crawler'] : [],
    ...json ? ['--json'] : []
  ]

  return await checkFrom(scan, [peer, '--timeout', `${String(timeout)}ms`, ...args], signal)
}

function timeLimit (text: string): number {
  const ms = DurationText.safeParse(text).success ? toMilliseconds(text) : Number.NaN

  if (!(ms >= 1 && ms <= MAX_TIMEOUT_MS)) {
    throw new InvalidArgumentError('must be a duration from 1ms to 2m, such as 5s.')
  }

  return ms
}

function collect (text: string, before: readonly string[]): string[] {
  return [...before, nonEmpty(text)]
}
