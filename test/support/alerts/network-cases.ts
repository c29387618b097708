import { seriesOf } from './alert-case.ts'
import type { AlertCases } from './alert-case.ts'

const of = (metric: string, { probe = 'amino', scan = 'main', pod = 'a', ...more }: Record<string, string> = {}): string =>
  seriesOf(`peerprobe_crawler_${metric}`, probe, { peerprobe_dev_scan: scan, pod, ...more })
const contacted = (more: Record<string, string> = {}): string => of('population_peers', { state: 'contacted', ...more })
const agents = (family: string, more: Record<string, string> = {}): string => of('population_agent_peers', { agent_family: family, ...more })
const finding = (code: string, more: Record<string, string> = {}): string => of('last_crawl_finding', { code, ...more })
const outlier = (more: Record<string, string> = {}): string => of('population_keyspace_outlier_ratio', more)
const coverage = (more: Record<string, string> = {}): string => of('coverage_ratio', more)
const systems = (as: string, more: Record<string, string> = {}): string => of('population_as_peers', { as, ...more })
const clouds = (cloud: string, more: Record<string, string> = {}): string => of('population_cloud_peers', { cloud, ...more })
const LABELS = { namespace: 'lab', peerprobe_dev_probe: 'amino', peerprobe_dev_scan: 'main' }
const STEP = { step: '5m' }

/** Cases of the alerts on the network that is observed. A day has 288 steps of five minutes. */
export const NETWORK_CASES: AlertCases = {
  PeerProbePopulationFell: [
    {
      kind: 'fires',
      name: 'half of the peers of one scan are gone',
      ...STEP,
      series: { [contacted()]: '1000x288 500x24', [contacted({ scan: 'second' })]: '1000x312' },
      fires: { at: ['25h'], alerts: [{ labels: LABELS, values: ['500'] }] }
    },
    { kind: 'ordinary', name: 'a quarter comes and goes with the day', ...STEP, series: { [contacted()]: '1000x72 1250x72 1000x72 800x72 1000x72' }, end: '30h' },
    { kind: 'ordinary', name: 'of a few peers most go', ...STEP, series: { [contacted()]: '20x288 3x24' }, end: '26h' },
    { kind: 'ordinary', name: 'the first crawls find fewer', ...STEP, series: { [contacted()]: '1000x12 400x30' }, end: '210m' },
    { kind: 'restart', name: 'a new pod has crawled nothing yet for an hour', ...STEP, series: { [contacted()]: '1000x288 stale', [contacted({ pod: 'b' })]: '_x300 990x24' }, end: '27h' },
    { kind: 'restart', name: 'a crawl that ended early shows for a quarter of an hour', ...STEP, series: { [contacted()]: '1000x288 10x3 1000x24' }, end: '26h' },
    { kind: 'restart', name: 'it goes on firing where the pod is replaced and finds as few', ...STEP, series: { [contacted()]: '1000x288 500x12', [contacted({ pod: 'b' })]: '_x301 500x24' }, fires: { at: ['1480m', '1500m', '1505m', '1510m', '1520m'], alerts: [{ labels: LABELS }] } }
  ],
  PeerProbePopulationJumped: [
    {
      kind: 'fires',
      name: 'the network of one scan doubles',
      ...STEP,
      series: { [contacted()]: '1000x288 2000x24', [contacted({ probe: 'polkadot' })]: '1000x312' },
      fires: { at: ['25h'], alerts: [{ labels: LABELS, values: ['2k'] }] }
    },
    { kind: 'ordinary', name: 'a quarter comes and goes with the day', ...STEP, series: { [contacted()]: '1000x72 1250x72 1000x72 800x72 1000x72' }, end: '30h' },
    { kind: 'ordinary', name: 'the first crawls find more and more', ...STEP, series: { [contacted()]: '100x12 400x12 1000x30' }, end: '270m' },
    { kind: 'restart', name: 'two pods of one scan overlap', ...STEP, series: { [contacted()]: '1000x290', [contacted({ pod: 'b' })]: '_x286 1010x24' }, end: '25h' }
  ],
  PeerProbeAgentFamilyTakesOver: [
    {
      kind: 'fires',
      name: 'unknown agents come to a tenth in a day',
      ...STEP,
      series: { [agents('kubo')]: '900x700', [agents('other')]: '10x400 100x300', [agents('kubo', { scan: 'second' })]: '900x700', [agents('other', { scan: 'second' })]: '100x700' },
      fires: { at: ['45h'], alerts: [{ labels: { ...LABELS, agent_family: 'other' }, values: ['10%'] }] }
    },
    { kind: 'fires', name: 'a family comes that was not there', ...STEP, series: { [agents('kubo')]: '800x700', [agents('nebula')]: '_x400 200x300' }, fires: { at: ['45h'], alerts: [{ labels: { ...LABELS, agent_family: 'nebula' }, values: ['20%'] }] } },
    { kind: 'ordinary', name: 'shares stay, and that of a rare one doubles', ...STEP, series: { [agents('kubo')]: '900x700', [agents('other')]: '90x700', [agents('rare')]: '10x400 20x300' }, end: '55h' },
    { kind: 'ordinary', name: 'it is the first day', ...STEP, series: { [agents('kubo')]: '500x250', [agents('other')]: '0x100 500x150' }, end: '20h' },
    { kind: 'ordinary', name: 'few peers are identified', ...STEP, series: { [agents('kubo')]: '50x700', [agents('other')]: '1x400 30x300' }, end: '55h' },
    { kind: 'restart', name: 'the next pod has crawled nothing yet for an hour', ...STEP, series: { [agents('kubo')]: '900x400 stale', [agents('other')]: '90x400 stale', [agents('kubo', { pod: 'b' })]: '_x412 900x290', [agents('other', { pod: 'b' })]: '_x412 90x290' }, end: '55h' },
    { kind: 'restart', name: 'it goes on firing where the pod is replaced', ...STEP, series: { [agents('kubo')]: '900x600', [agents('other')]: '9x400 200x60 stale', [agents('other', { pod: 'b' })]: '_x462 200x100' }, fires: { at: ['2250m', '2300m', '2305m', '2310m', '2320m'], alerts: [{ labels: { ...LABELS, agent_family: 'other' } }] } }
  ],
  PeerProbeBootstrapUnreachable: [
    {
      kind: 'fires',
      name: 'one scan contacts none of them, and another scan does',
      series: { [of('last_crawl_bootstrap_peers')]: '4x10 0x40', [of('last_crawl_bootstrap_peers', { scan: 'second' })]: '4x50' },
      fires: { at: ['27m', '50m'], alerts: [{ labels: LABELS }] }
    },
    { kind: 'ordinary', name: 'some of them are gone', series: { [of('last_crawl_bootstrap_peers')]: '1x50' }, end: '50m' },
    { kind: 'restart', name: 'the next pod has no crawl behind it for a while', series: { [of('last_crawl_bootstrap_peers')]: '4x10 stale', [of('last_crawl_bootstrap_peers', { pod: 'b' })]: '_x30 4x20' }, end: '50m' },
    { kind: 'restart', name: 'it goes on firing where scrapes fail for seven minutes', series: { [of('last_crawl_bootstrap_peers')]: '0x30 _x7 0x20' }, fires: { at: ['29m', '32m', '36m', '38m', '55m'], alerts: [{ labels: LABELS }] } }
  ],
  PeerProbePeersConcentrated: [
    {
      kind: 'fires',
      name: 'one system and its cloud have three fifths of the peers of known places, and not in another scan',
      ...STEP,
      series: {
        [systems('AS24940')]: '100x20 300x100',
        [systems('AS3320')]: '100x120',
        [systems('other')]: '100x120',
        [systems('unknown')]: '900x120',
        [clouds('hetzner')]: '100x20 300x100',
        [clouds('none')]: '200x120',
        [clouds('unknown')]: '900x120',
        [systems('AS24940', { scan: 'second' })]: '200x120',
        [systems('other', { scan: 'second' })]: '300x120'
      },
      fires: { at: ['480m', '600m'], alerts: [{ labels: { ...LABELS, as: 'AS24940' }, values: ['60%'] }, { labels: { ...LABELS, cloud: 'hetzner' }, values: ['60%'] }] }
    },
    { kind: 'ordinary', name: 'most peers are at no known place', ...STEP, series: { [systems('unknown')]: '900x120', [systems('AS1')]: '100x120', [clouds('unknown')]: '900x120', [clouds('none')]: '100x120' }, end: '10h' },
    { kind: 'ordinary', name: 'most are in no cloud, and in many small systems', ...STEP, series: { [systems('other')]: '900x120', [systems('AS1')]: '100x120', [clouds('none')]: '900x120', [clouds('aws')]: '100x120' }, end: '10h' },
    { kind: 'ordinary', name: 'of a few peers most are in one system', ...STEP, series: { [systems('AS1')]: '60x120', [systems('AS2')]: '30x120' }, end: '10h' },
    { kind: 'ordinary', name: 'a crawl that was cut short meets one system for an hour', ...STEP, series: { [systems('AS1')]: '200x20 300x12 200x90', [systems('AS2')]: '250x20 10x12 250x90', [systems('other')]: '250x120' }, end: '10h' },
    { kind: 'restart', name: 'the next pod has crawled nothing yet', ...STEP, series: { [systems('AS1')]: '300x30 stale', [systems('AS2')]: '100x30 stale', [systems('AS1', { pod: 'b' })]: '_x42 200x90', [systems('AS2', { pod: 'b' })]: '_x42 250x90', [systems('other', { pod: 'b' })]: '_x42 250x90' }, end: '10h' },
    {
      kind: 'restart',
      name: 'it goes on firing where the pod is replaced and crawls at once',
      ...STEP,
      series: { [systems('AS1')]: '300x100 stale', [systems('AS2')]: '100x100 stale', [systems('AS1', { pod: 'b' })]: '_x102 300x50', [systems('AS2', { pod: 'b' })]: '_x102 100x50' },
      fires: { at: ['490m', '500m', '505m', '510m', '600m'], alerts: [{ labels: { ...LABELS, as: 'AS1' } }] }
    }
  ],
  PeerProbeCoverageLow: [
    {
      kind: 'fires',
      name: 'a tenth of the network of one scan is missed for over an hour',
      series: { [coverage()]: '1x10 0.9x90', [coverage({ scan: 'second' })]: '1x100' },
      fires: { at: ['75m', '100m'], alerts: [{ labels: LABELS, values: ['90%'] }] }
    },
    { kind: 'ordinary', name: 'the next crawls ask a third question and find the rest', series: { [coverage()]: '0.93x40 0.98x60' }, end: '100m' },
    { kind: 'ordinary', name: 'it is not estimable', series: { [coverage()]: '0.93x20 stale' }, end: '100m' },
    { kind: 'restart', name: 'the next pod has crawled nothing yet', series: { [coverage()]: '0.9x30 stale', [coverage({ pod: 'b' })]: '_x45 0.99x60' }, end: '100m' },
    { kind: 'restart', name: 'it goes on firing where the pod is replaced and crawls at once', series: { [coverage()]: '0.9x80 stale', [coverage({ pod: 'b' })]: '_x83 0.9x30' }, fires: { at: ['79m', '82m', '84m', '87m', '105m'], alerts: [{ labels: LABELS }] } }
  ],
  PeerProbeKeyspaceOutlier: [
    {
      kind: 'fires',
      name: 'forty peers come close to one key of the network of one scan',
      series: { [outlier()]: '3.5x10 8.5x30', [outlier({ scan: 'second' })]: '3.5x40' },
      fires: { at: ['27m', '40m'], alerts: [{ labels: LABELS, values: ['8.5'] }] }
    },
    { kind: 'ordinary', name: 'chance has one part much fuller than the others', series: { [outlier()]: '5.2x40' }, end: '40m' },
    { kind: 'restart', name: 'the next pod has crawled nothing yet', series: { [outlier()]: '8.5x10 stale', [outlier({ pod: 'b' })]: '_x25 3.5x20' }, end: '45m' },
    { kind: 'restart', name: 'it goes on firing where the pod is replaced and crawls at once', series: { [outlier()]: '8.5x30 stale', [outlier({ pod: 'b' })]: '_x34 8.6x20' }, fires: { at: ['29m', '31m', '34m', '36m', '50m'], alerts: [{ labels: LABELS }] } }
  ],
  PeerProbeForeignProtocol: [
    {
      kind: 'fires',
      name: 'a part of the peers of one scan serves another protocol',
      series: { [finding('PP_OTHER_PROTOCOLS')]: '0x10 1x30', [finding('PP_NO_DHT_SERVER')]: '0x40', [finding('PP_OTHER_PROTOCOLS', { scan: 'second' })]: '0x40' },
      fires: { at: ['27m', '40m'], alerts: [{ labels: { ...LABELS, code: 'PP_OTHER_PROTOCOLS' } }] }
    },
    { kind: 'ordinary', name: 'one crawl of ten minutes meets more of them', series: { [finding('PP_OTHER_PROTOCOLS')]: '0x10 1x10 0x30' }, end: '50m' },
    { kind: 'ordinary', name: 'no bootstrap peer answers, which another alert tells', series: { [finding('PP_NO_BOOTSTRAP')]: '1x50', [finding('PP_OTHER_PROTOCOLS')]: '0x50' }, end: '50m' },
    { kind: 'restart', name: 'the next pod has found nothing yet', series: { [finding('PP_OTHER_PROTOCOLS')]: '1x10 stale', [finding('PP_OTHER_PROTOCOLS', { pod: 'b' })]: '_x12 0x40' }, end: '50m' },
    { kind: 'restart', name: 'it goes on firing where the pod is replaced and crawls at once', series: { [finding('PP_NO_DHT_SERVER')]: '1x30 stale', [finding('PP_NO_DHT_SERVER', { pod: 'b' })]: '_x32 0x1 1x30' }, fires: { at: ['29m', '31m', '33m', '36m', '55m'], alerts: [{ labels: { ...LABELS, code: 'PP_NO_DHT_SERVER' } }] } }
  ]
}
