import { Scan } from '../../../core/contracts/scan.ts'
import { scanIdOf } from '../naming/names.ts'
import type { BusConfig, CrawlerConfigInput } from '../../../core/contracts/process-config.ts'
import type { ScanSpec } from '../../api/scan-spec.ts'
import type { ProbeKey } from '../naming/names.ts'

/** What differs between places where a process runs. */
export interface CrawlerPlaces {
  bus: BusConfig

  /** Topic that visits and crawls are published to. */
  topic: string

  /** Where the admin server listens. */
  admin: { hostVariable?: string, port: number }

  /** Folder that outlives the process. */
  stateFolder?: string

  /** How the passive node runs there. */
  passive?: CrawlerConfigInput['passive']
}

/** The configuration of the crawler of one scan: the scan as it stands, without what only a cluster reads. */
export function crawlerConfigFor (probe: ProbeKey, spec: ScanSpec, places: CrawlerPlaces): CrawlerConfigInput {
  const scan = Object.fromEntries(Object.entries(spec).filter(([key]) => Object.hasOwn(Scan.shape, key))) as Scan

  return { scanId: scanIdOf(probe, spec.name), scan, ...places }
}
