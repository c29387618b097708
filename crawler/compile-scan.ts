import { VERSION } from '../core/process/build-info.ts'
import { toMilliseconds } from '../core/time/duration.ts'
import { resolveNetwork } from './networks/presets.ts'
import type { Scan } from '../core/contracts/scan.ts'
import type { CrawlOptions } from './engine/crawl-report.ts'
import type { Network } from './networks/presets.ts'
import type { VisitorOptions } from './visit/visitor-options.ts'

/** A compiled scan: durations in milliseconds, network resolved. */
export interface CompiledScan {
  network: Network
  intervalMs: number
  crawl: Omit<CrawlOptions, 'crawlId' | 'crawlNumber'>
  visitor: VisitorOptions
}

// Simulated with one failing dial in a hundred: these two leave no session of a thousand ended too early.
const CONFIRM_AFTER_MS = [20_000, 60_000] as const

/**
 * Compiles a scan. Called once when the process starts; all inner parts use the compiled form.
 *
 * @throws ProbeError `PP_NETWORK_UNKNOWN`
 */
export function compileScan ({ network: wanted, active, addresses, contact }: Scan): CompiledScan {
  const network = resolveNetwork(wanted)
  const visitTimeoutMs = toMilliseconds(active.visitTimeout)
  const intervalMs = toMilliseconds(active.interval)

  return {
    network,
    intervalMs,
    crawl: {
      strategy: active.strategy,
      concurrency: active.concurrency,
      maxPeers: active.maxPeers,
      asksSample: active.strategy === 'Census',
      maxDurationMs: toMilliseconds(active.maxDuration),
      visitTimeoutMs,
      confirmAfterMs: active.confirm ? confirmAfterMs(intervalMs) : []
    },
    visitor: {
      kadProtocols: network.protocols,
      agentVersion: `peerprobe/${VERSION}${contact === undefined ? '' : ` (+${contact})`}`,
      addresses,
      dialTimeoutMs: toMilliseconds(active.dialTimeout),
      visitTimeoutMs
    }
  }
}

// Confirmations must not delay the next crawl: with an interval below two minutes they come sooner.
function confirmAfterMs (intervalMs: number): number[] {
  const [firstMs, secondMs] = CONFIRM_AFTER_MS

  return [Math.min(firstMs, intervalMs / 6), Math.min(secondMs, intervalMs / 2)]
}
