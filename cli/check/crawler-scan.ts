import { CrawlerConfig } from '../../core/contracts/process-config.ts'
import { ProbeError } from '../../core/errors.ts'
import { loadConfig } from '../../core/process/config.ts'
import type { Scan } from '../../core/contracts/scan.ts'

/**
 * The scan of the crawler whose configuration this process has, as in a crawler's pod.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` where there is none
 */
export async function crawlerScan (env: NodeJS.ProcessEnv = process.env): Promise<Scan> {
  const file = env['PEERPROBE_CONFIG'] ?? ''

  if (file === '') {
    throw new ProbeError('PP_CONFIG_INVALID', '--as-crawler: PEERPROBE_CONFIG names no configuration of a crawler; it does in the pod of one (peerprobe check PEER --from SCAN)')
  }

  return (await loadConfig(CrawlerConfig, file)).scan
}
