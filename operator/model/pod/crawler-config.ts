import { Scan } from '../../../core/contracts/scan.ts'
import { defined } from '../../../core/defined.ts'
import { neighboursTopicOf, scanIdOf } from '../naming/names.ts'
import type { BusConfig, CrawlerConfigInput } from '../../../core/contracts/process-config.ts'
import type { ScanSpec } from '../../api/scan-spec.ts'
import type { ProbeKey } from '../naming/names.ts'

/** What differs between a cluster and one machine. */
export interface CrawlerPlaces {
  bus: BusConfig

  /** Topic that visits and crawls are published to. */
  topic: string

  /** Address and port of the admin server. */
  admin: { hostVariable?: string, port: number }

  /** Folder for state that outlives the process. */
  stateFolder?: string

  /** Folder with files that say where IP addresses are. */
  placesFolder?: string

  /** Settings of the passive node in this place. */
  passive?: CrawlerConfigInput['passive']
}

/** The configuration of the crawler of one scan: the scan without the fields that only a cluster reads. */
export function crawlerConfigFor (probe: ProbeKey, spec: ScanSpec, places: CrawlerPlaces): CrawlerConfigInput {
  const scan = Object.fromEntries(Object.entries(spec).filter(([key]) => Object.hasOwn(Scan.shape, key))) as Scan

  const neighboursTopic = spec.active.enabled && spec.active.neighbours ? neighboursTopicOf(places.topic) : undefined

  return { scanId: scanIdOf(probe, spec.name), scan, ...places, ...defined({ neighboursTopic }) }
}
