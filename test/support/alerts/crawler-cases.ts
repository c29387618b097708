import { seriesOf } from './alert-case.ts'
import type { AlertCases, SeriesOverTime } from './alert-case.ts'

const of = (metric: string, pod: string, { probe = 'amino', scan = 'main', ...more }: Record<string, string> = {}): string =>
  seriesOf(`peerprobe_crawler_${metric}`, probe, { peerprobe_dev_scan: scan, pod, ...more })
const started = (pod: string, probe = 'amino'): string => seriesOf('process_start_time_seconds', probe, { component: 'crawler', peerprobe_dev_scan: 'main', pod })
const LABELS = { namespace: 'lab', peerprobe_dev_probe: 'amino', peerprobe_dev_scan: 'main' }

// Every 10 minutes, an hour long at most: late is what takes more than 80 minutes.
const schedule = (pod: string, steps: string, probe = 'amino'): SeriesOverTime => ({
  [of('crawl_interval_seconds', pod, { probe })]: steps.replaceAll('?', '600'),
  [of('crawl_limit_seconds', pod, { probe })]: steps.replaceAll('?', '3600')
})

/** Cases of the alerts on crawlers and what they publish. */
export const CRAWLER_CASES: AlertCases = {
  PeerProbeCrawlOverdue: [
    {
      kind: 'fires',
      name: 'the last crawl ended two hours ago, and that of another PeerProbe just now',
      series: { ...schedule('a', '?x200'), ...schedule('b', '?x200', 'polkadot'), [of('last_crawl_timestamp_seconds', 'a')]: '600x200', [started('a')]: '0x200', [of('last_crawl_timestamp_seconds', 'b', { probe: 'polkadot' })]: '60+60x200', [started('b', 'polkadot')]: '0x200' },
      fires: { at: ['2h'], alerts: [{ labels: LABELS, values: ['1h 50m 0s'] }] }
    },
    {
      kind: 'fires',
      name: 'none has ended since the crawler started',
      series: { ...schedule('a', '?x200'), [started('a')]: '60x200' },
      fires: { at: ['2h'], alerts: [{ labels: LABELS, values: ['1h 59m 0s'] }] }
    },
    {
      kind: 'ordinary',
      name: 'a crawl takes its whole limit each time',
      series: { ...schedule('a', '?x300'), [started('a')]: '0x300', [of('last_crawl_timestamp_seconds', 'a')]: '_x60 3600x60 7200x60 10800x60 14400x60' },
      end: '5h'
    },
    { kind: 'ordinary', name: 'a scan only listens', series: { [started('a')]: '0x300' }, end: '5h' },
    {
      kind: 'restart',
      name: 'a pod that is replaced has ended no crawl yet, and the one before it had',
      series: { ...schedule('a', '?x100 stale'), ...schedule('b', '_x102 ?x100'), [started('a')]: '0x100 stale', [started('b')]: '_x102 6120x100', [of('last_crawl_timestamp_seconds', 'a')]: '_x10 600x30 2400x30 4200x29 stale', [of('last_crawl_timestamp_seconds', 'b')]: '_x112 6720x90' },
      end: '190m'
    },
    {
      kind: 'restart',
      name: 'it goes on firing where pods are replaced that end no crawl',
      series: { ...schedule('a', '?x120 stale'), ...schedule('b', '_x121 ?x100'), [started('a')]: '0x120 stale', [started('b')]: '_x121 7260x100' },
      fires: { at: ['110m', '121m', '122m', '123m', '150m', '200m'], alerts: [{ labels: LABELS }] }
    }
  ],
  PeerProbePublishingStopped: [
    {
      kind: 'fires',
      name: 'Kafka takes nothing from one of two scans',
      series: { [of('publisher_outage', 'a')]: '0x5 1x20', [of('publisher_outage', 'b', { scan: 'second' })]: '0x25' },
      fires: { at: ['11m', '25m'], alerts: [{ labels: LABELS }] }
    },
    { kind: 'ordinary', name: 'a broker is replaced within three minutes', series: { [of('publisher_outage', 'a')]: '0x5 1x3 0x20' }, end: '28m' },
    { kind: 'restart', name: 'the next pod has none of the outage', series: { [of('publisher_outage', 'a')]: '0x5 1x3 stale', [of('publisher_outage', 'b')]: '_x9 0x20' }, end: '28m' },
    { kind: 'restart', name: 'it goes on firing where the pod is replaced and scrapes fail', series: { [of('publisher_outage', 'a')]: '1x10 _x2 1x2 stale', [of('publisher_outage', 'b')]: '_x15 1x10' }, fires: { at: ['9m', '12m', '15m', '16m', '20m'], alerts: [{ labels: LABELS }] } }
  ],
  PeerProbeMessagesRefused: [
    {
      kind: 'fires',
      name: 'the topic refuses three messages of one scan',
      series: { [of('refused_messages_total', 'a')]: '0x60 3x100', [of('refused_messages_total', 'b', { scan: 'second' })]: '7x160' },
      fires: { at: ['62m', '110m'], alerts: [{ labels: LABELS, values: ['3'] }] }
    },
    { kind: 'ordinary', name: 'it refuses none', series: { [of('refused_messages_total', 'a')]: '0x160' }, end: '160m' },
    { kind: 'ordinary', name: 'it refused some yesterday', series: { [of('refused_messages_total', 'a')]: '9x160' }, end: '160m' },
    { kind: 'restart', name: 'the count begins again', series: { [of('refused_messages_total', 'a')]: '9x60 0x60' }, end: '120m' },
    { kind: 'restart', name: 'the next pod has refused none', series: { [of('refused_messages_total', 'a')]: '9x60 stale', [of('refused_messages_total', 'b')]: '_x61 0x60' }, end: '120m' }
  ]
}
