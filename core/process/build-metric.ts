import { openGauge } from '../metrics/open-metric.ts'
import { VERSION } from './build-info.ts'
import type { GaugeDefinition } from '../metrics/metric-definition.ts'
import type { Registry } from 'prom-client'

/** Which build a process is. */
export const BUILD_INFO = {
  type: 'gauge',
  name: 'peerprobe_build_info',
  unit: 'always 1',
  meaning: 'The version of PeerProbe that the process runs, and that of Node.',
  answers: 'running',
  labels: { version: { values: 'as in package.json', atMost: 1 }, node_version: { values: 'as in process.version', atMost: 1 } }
} as const satisfies GaugeDefinition

/** Adds the information about the build. */
export function addBuildInfo (registry: Registry): void {
  openGauge(registry, BUILD_INFO).set({ version: VERSION, node_version: process.version }, 1)
}
