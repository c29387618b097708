// Where the contacted peers are, as far as place files say.
import { crawlerSeries, SCAN_LABELS } from './series/selectors.ts'
import type { PanelGroup, PanelSpec } from './grafana/panel-spec.ts'

const COUNTRY = 'peerprobe_crawler_population_country_peers'
const SYSTEM = 'peerprobe_crawler_population_as_peers'
const CLOUD = 'peerprobe_crawler_population_cloud_peers'
const BUILT = 'peerprobe_crawler_places_build_timestamp_seconds'
const NO_PLACES = 'No crawl with place files has ended'
const ALERT = 'PeerProbePeersConcentrated'

// The peers of each value of a label; scans of one network each count their own.
const by = (label: string, metric: string, ...more: string[]): string =>
  `sum by (${label}) (max by (${SCAN_LABELS}, ${label}) (${crawlerSeries(metric, ...more)}))`
const known = (label: string, metric: string): string => `sum(${by(label, metric, `${label}!="unknown"`)})`
const largest = (label: string, metric: string, others: string): string => `max(${by(label, metric, `${label}!~"${others}"`)}) / ${known(label, metric)}`

/** Countries, autonomous systems and clouds. */
export const places: PanelGroup = {
  title: 'Places: where the contacted peers are',
  panels: [
    stat('Place known', 'Contacted peers whose country is known: not those behind relays, and not those of addresses that no file has.', COUNTRY, `${known('country', COUNTRY)} / sum(${by('country', COUNTRY)})`),
    stat('Largest country', 'Share of the country with most peers, of those whose country is known.', COUNTRY, largest('country', COUNTRY, 'unknown|other')),
    {
      ...stat('Largest AS', 'Share of the autonomous system with most peers, of those whose system is known. Over half, its owner could stop the network or watch most of it.', SYSTEM, largest('as', SYSTEM, 'unknown|other')),
      alert: ALERT
    },
    {
      ...stat('Largest cloud', 'Share of the cloud with most peers, of those whose autonomous system is known.', CLOUD, largest('cloud', CLOUD, 'unknown|none')),
      alert: ALERT,
      noData: 'No peer is known to be in a cloud'
    },
    stat('In clouds', 'Share of the peers that are in some cloud, of those whose autonomous system is known.', CLOUD, `1 - (sum(${by('cloud', CLOUD, 'cloud="none"')}) or vector(0)) / ${known('cloud', CLOUD)}`),
    {
      ...stat('Age of place files', 'Age of the older place file in use. Addresses move: files older than a few months give wrong places.', BUILT, `time() - min(${crawlerSeries(BUILT)})`),
      unit: 's'
    },
    share('Countries', 'Contacted peers by country: the forty with most peers, and others. A country that goes at once is more often a change of the place file.', COUNTRY, 'country'),
    share('Autonomous systems', 'Contacted peers by autonomous system: the twenty with most peers, and others.', SYSTEM, 'as'),
    share('Clouds', 'Contacted peers by cloud, by a table of the systems of each; none are those in no cloud of the table.', CLOUD, 'cloud')
  ]
}

function stat (title: string, description: string, metric: string, expr: string): PanelSpec {
  return { title, description, kind: 'stat', unit: 'percentunit', metric, queries: [{ expr, legend: title }], noData: NO_PLACES, width: 4 }
}

// Each peer is in one of the values of the label.
function share (title: string, description: string, metric: string, label: string): PanelSpec {
  return { title, description, kind: 'areas', unit: 'short', metric, queries: [{ expr: by(label, metric), legend: `{{${label}}}` }], noData: NO_PLACES, width: 8, min: 0 }
}
