import { nonEmpty } from '../../../core/text/option-text.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { KINDS } from '../../model/naming/kinds.ts'
import { timeLimit } from '../access/option-values.ts'
import { readProbe } from '../access/read-probes.ts'
import { runInCluster, TIMED_OUT, withClusterOptions } from '../access/run-in-cluster.ts'
import { verdictOf } from '../status/verdict.ts'
import { awaitCrawls } from './await-crawls.ts'
import { crawlOrder } from './crawl-order.ts'
import type { ClusterOptions, InCluster } from '../access/run-in-cluster.ts'
import type { Command } from 'commander'

interface CrawlNowOptions extends ClusterOptions { wait: boolean, timeout: number }

const HELP = `
It sets an annotation of the PeerProbe to the present time (peerprobe.dev/crawl-now, or crawl-now.peerprobe.dev/SCAN for one
scan). The operator passes it on, and the crawler crawls within a minute and a half, without a restart: one crawl at a time,
and one more where a crawl runs already.

Examples:
  kubectl peerprobe crawl-now amino            every scan that crawls
  kubectl peerprobe crawl-now amino main --wait --timeout 1h

Exit codes:
  0   it was asked for; with --wait: the crawls are over
  1   the API server refused (the right to patch peerprobes is needed) or did not answer
  2   --wait: not over in time; it goes on
  64  there is no such PeerProbe or scan, it is paused or suspended, or an option is wrong`

/** Adds `crawl-now`. */
export function addCrawlNowCommand (program: Command): void {
  withClusterOptions(program.command('crawl-now'))
    .description('makes a PeerProbe crawl at once instead of at its next interval')
    .argument('<name>', 'PeerProbe', nonEmpty)
    .argument('[scan]', 'one of its scans; every scan that crawls where absent', nonEmpty)
    .option('--wait', 'wait until the crawls are over', false)
    .option('--timeout <duration>', 'how long to wait, such as 10m or 1h', timeLimit, timeLimit('15m'))
    .addHelpText('after', HELP)
    .action(async (name: string, scan: string | undefined, options: CrawlNowOptions) => {
      await runInCluster(options, async (cluster, signal) => {
        await crawlNow(cluster, { name, scan }, options, signal)
      })
    })
}

interface Asked { name: string, scan: string | undefined }

async function crawlNow ({ client, namespace }: InCluster, { name, scan }: Asked, { wait, timeout }: CrawlNowOptions, signal: AbortSignal): Promise<void> {
  const key = { namespace, name }
  const probe = await readProbe(client, key, signal)
  const order = crawlOrder(probe, scan, systemClock.now())
  await client.merge(KINDS.peerProbe, key, { metadata: { annotations: { [order.annotation]: order.requestedAt } } }, signal)
  process.stdout.write(`a crawl of ${order.scans.join(', ')} of PeerProbe ${namespace}/${name} was asked for (${order.annotation}: ${order.requestedAt})\n`)
  const { state, reason } = verdictOf(probe, systemClock.now())

  if (state === 'unhealthy') {
    process.stderr.write(`peerprobe: the PeerProbe is not ready (${reason}), so this may wait: kubectl peerprobe status ${name} -n ${namespace}\n`)
  }

  if (!wait) {
    process.stdout.write(`it starts within a minute and a half, or after the crawl that runs: kubectl peerprobe status ${name} -n ${namespace}\n`)
    return
  }

  const onChange = (message: string): void => {
    process.stdout.write(`${message}\n`)
  }

  if (!await awaitCrawls({ client, clock: systemClock, onChange }, { ...key, ...order, timeoutMs: timeout }, signal)) {
    process.stderr.write(`peerprobe: not over after ${String(timeout / 1_000)} s (--timeout); it goes on\n`)
    process.exitCode = TIMED_OUT
  }
}
