import { seriesOf } from './alert-case.ts'
import type { AlertCases } from './alert-case.ts'

const of = (metric: string, pod: string, { probe = 'amino', ...more }: Record<string, string> = {}): string => seriesOf(`peerprobe_consumer_${metric}`, probe, { pod, ...more })
const published = (probe = 'amino'): string => seriesOf('peerprobe_crawler_messages_published_total', probe, { peerprobe_dev_scan: 'main', pod: 'crawler' })
const lag = (pod: string, partition: string, probe = 'amino'): string => of('lag_messages', pod, { probe, partition })
const LABELS = { namespace: 'lab', peerprobe_dev_probe: 'amino' }
const CONFLICT = { cause: 'conflict' }
const DATABASE = { cause: 'store-unavailable' }
const INVALID = { code: 'PP_MESSAGE_INVALID' }
const NODES = { ...LABELS, content: 'nodes' }

// A value in ten minutes: a day is 144 of them.
const EDGE_STEP = '10m'
const files = (outcome: string, pod = 'a', probe = 'amino'): string => of('edge_files_total', pod, { probe, outcome })
const outage = (pod: string, probe = 'amino'): string => of('edge_outage', pod, { probe })

/** Cases of the alerts on what consumers store, and on how late. */
export const CONSUMER_CASES: AlertCases = {
  PeerProbeNoCommit: [
    {
      kind: 'fires',
      name: 'messages wait and none is committed, and another PeerProbe commits',
      series: { [lag('a', '0')]: '0x10 500x60', [of('committed_messages_total', 'a')]: '0+10x10 100x60', [lag('b', '0', 'polkadot')]: '9x70', [of('committed_messages_total', 'b', { probe: 'polkadot' })]: '0+10x70' },
      fires: { at: ['35m', '60m'], alerts: [{ labels: LABELS, values: ['500'] }] }
    },
    { kind: 'fires', name: 'all consumers are gone and crawlers publish', series: { [published()]: '0+10x60', [lag('a', '0')]: '0x10 stale', [of('committed_messages_total', 'a')]: '0+10x10 stale' }, fires: { at: ['40m', '60m'], alerts: [{ labels: LABELS, values: ['150'] }] } },
    { kind: 'ordinary', name: 'nothing is published between two crawls', series: { [published()]: '0+10x10 100x60', [lag('a', '0')]: '0x70', [of('committed_messages_total', 'a')]: '0+10x10 100x60' }, end: '70m' },
    { kind: 'ordinary', name: 'a crawl begins after hours of rest', series: { [published()]: '100x60 100+50x10', [lag('a', '0')]: '0x60 9x10', [of('committed_messages_total', 'a')]: '100x60 100+50x10' }, end: '70m' },
    {
      kind: 'restart',
      name: 'consumers are replaced within four minutes while crawlers publish',
      series: { [published()]: '0+10x60', [lag('a', '0')]: '2x20 stale', [lag('b', '0')]: '_x25 40x5 0x30', [of('committed_messages_total', 'a')]: '0+10x20 stale', [of('committed_messages_total', 'b')]: '_x25 0 0+10x34' },
      end: '60m'
    },
    {
      kind: 'restart',
      name: 'it goes on firing where consumers are replaced that commit nothing either',
      series: { [published()]: '0+10x80', [lag('a', '0')]: '500x50 stale', [lag('b', '0')]: '_x52 500x30', [of('committed_messages_total', 'a')]: '100x50 stale', [of('committed_messages_total', 'b')]: '_x52 0x30' },
      fires: { at: ['40m', '50m', '51m', '52m', '53m', '80m'], alerts: [{ labels: LABELS }] }
    }
  ],
  PeerProbeLagGrowing: [
    {
      kind: 'fires',
      name: 'the lag of one PeerProbe grows for hours, and that of another stays',
      series: { [lag('a', '0')]: '0+100x110 11000x70', [lag('a', '1')]: '0+20x110 2200x70', [lag('b', '0', 'polkadot')]: '5000x180' },
      fires: { at: ['2h'], alerts: [{ labels: LABELS, values: ['13.2k'] }] }
    },
    { kind: 'ordinary', name: 'each crawl leaves a lag that is worked off', series: { [lag('a', '0')]: '0+900x10 9000-900x10 0x20 0+900x10 9000-900x10 0x20 0+900x10 9000-900x10 0x20' }, end: '2h' },
    { kind: 'ordinary', name: 'a large lag shrinks', series: { [lag('a', '0')]: '90000-100x200' }, end: '200m' },
    { kind: 'restart', name: 'another consumer takes over the partition with its lag', series: { [lag('a', '0')]: '60000-100x90 stale', [lag('b', '0')]: '_x85 51500-100x100' }, end: '185m' },
    { kind: 'restart', name: 'it goes on firing where the consumer is replaced', series: { [lag('a', '0')]: '0+100x120 stale', [lag('b', '0')]: '_x122 12200+100x60' }, fires: { at: ['119m', '121m', '122m', '123m', '180m'], alerts: [{ labels: LABELS }] } }
  ],
  PeerProbeConsumerOutage: [
    {
      kind: 'fires',
      name: 'the database of one PeerProbe is gone for all of its consumers',
      series: { [of('outage', 'a')]: '0x5 1x20', [of('outage', 'b')]: '0x5 1x20', [lag('c', '0', 'polkadot')]: '0x25' },
      fires: { at: ['11m', '25m'], alerts: [{ labels: LABELS }] }
    },
    { kind: 'ordinary', name: 'a failover takes two minutes', series: { [of('outage', 'a')]: '0x5 1x2 0x20' }, end: '25m' },
    { kind: 'restart', name: 'the next pod reaches the database', series: { [of('outage', 'a')]: '0x5 1x4 stale', [lag('b', '0')]: '_x10 0x20' }, end: '25m' },
    { kind: 'restart', name: 'it goes on firing where the pod is replaced', series: { [of('outage', 'a')]: '1x10 stale', [of('outage', 'b')]: '_x13 1x20' }, fires: { at: ['9m', '11m', '12m', '14m', '25m'], alerts: [{ labels: LABELS }] } }
  ],
  PeerProbeDatabaseRetries: [
    {
      kind: 'fires',
      name: 'the database comes and goes, and something locks the rows of another PeerProbe',
      series: { [of('retries_total', 'a', DATABASE)]: '0+1x120', [of('retries_total', 'b', { ...CONFLICT, probe: 'polkadot' })]: '0+2x120', [of('transaction_duration_seconds_count', 'b', { probe: 'polkadot' })]: '0+10x120' },
      fires: { at: ['90m'], alerts: [{ labels: { ...LABELS, ...DATABASE }, values: ['60'] }, { labels: { ...LABELS, ...CONFLICT, peerprobe_dev_probe: 'polkadot' }, values: ['120'] }] }
    },
    { kind: 'ordinary', name: 'a transaction in fifty meets another', series: { [of('retries_total', 'a', CONFLICT)]: '0+1x120', [of('transaction_duration_seconds_count', 'a')]: '0+50x120', [of('retries_total', 'a', DATABASE)]: '0x60 3x60' }, end: '120m' },
    { kind: 'restart', name: 'the counters begin again', series: { [of('retries_total', 'a', DATABASE)]: '900x60 0x60', [of('retries_total', 'a', CONFLICT)]: '900x60 0x60', [of('transaction_duration_seconds_count', 'a')]: '9000x60 0x60' }, end: '120m' },
    { kind: 'restart', name: 'it goes on firing where the consumer is replaced', series: { [of('retries_total', 'a', DATABASE)]: '0+1x60 stale', [of('retries_total', 'b', DATABASE)]: '_x61 0+1x60' }, fires: { at: ['59m', '61m', '62m', '90m', '120m'], alerts: [{ labels: { ...LABELS, ...DATABASE } }] } }
  ],
  PeerProbeDumpOld: [
    {
      kind: 'fires',
      name: 'no dump is completed any more, and those of another PeerProbe are',
      series: { ...dumps('a', 'amino', '?x180', '0+60x60 3600x120'), ...dumps('b', 'polkadot', '?x180', '0+60x180') },
      fires: { at: ['2h'], alerts: [{ labels: NODES, values: ['1h 0m 0s'] }] }
    },
    { kind: 'fires', name: 'none was ever completed', series: dumps('a', 'amino', '?x180'), fires: { at: ['2h'], alerts: [{ labels: NODES, values: ['2h 0m 0s'] }] } },
    {
      kind: 'fires',
      name: 'those of one content are not completed any more, those of another never were, and those of a third are',
      series: { ...dumps('a', 'amino', '?x180', '0+60x180'), ...dumpsOf('visits', { pod: 'a', probe: 'amino' }, '?x180', '0+60x60 3600x120'), ...dumpsOf('sessions', { pod: 'a', probe: 'amino' }, '?x180') },
      fires: { at: ['2h'], alerts: [{ labels: { ...LABELS, content: 'sessions' }, values: ['2h 0m 0s'] }, { labels: { ...LABELS, content: 'visits' }, values: ['1h 0m 0s'] }] }
    },
    { kind: 'ordinary', name: 'they are completed each time, by the one consumer that makes them', series: { ...dumps('a', 'amino', '?x180', '0+60x180'), [consumerStart('b', 'amino')]: '0x180' }, end: '3h' },
    { kind: 'ordinary', name: 'none is asked for', series: { [consumerStart('a', 'amino')]: '0x180' }, end: '3h' },
    { kind: 'restart', name: 'the next consumer has completed none yet', series: { ...dumps('a', 'amino', '?x60 stale', '0+60x60 stale'), ...dumps('b', 'amino', '_x62 ?x60', '_x65 3900+60x57') }, end: '2h' },
    { kind: 'restart', name: 'it goes on firing where the consumer is replaced', series: { ...dumps('a', 'amino', '?x60 stale'), ...dumps('b', 'amino', '_x61 ?x60') }, fires: { at: ['40m', '60m', '61m', '62m', '120m'], alerts: [{ labels: NODES }] } }
  ],
  PeerProbeDeadLettersArrive: [
    {
      kind: 'fires',
      name: 'a message cannot be read, and none of another PeerProbe',
      series: { [of('dead_letters_total', 'a', INVALID)]: '0x60 5x60', [of('dead_letters_total', 'b', { ...INVALID, probe: 'polkadot' })]: '8x120' },
      fires: { at: ['90m'], alerts: [{ labels: { ...LABELS, ...INVALID }, values: ['5'] }] }
    },
    { kind: 'ordinary', name: 'all messages can be read', series: { [of('dead_letters_total', 'a', INVALID)]: '0x120' }, end: '120m' },
    { kind: 'ordinary', name: 'one could not be read yesterday', series: { [of('dead_letters_total', 'a', INVALID)]: '1x120' }, end: '120m' },
    { kind: 'restart', name: 'the counter begins again', series: { [of('dead_letters_total', 'a', INVALID)]: '9x60 0x60' }, end: '120m' },
    { kind: 'restart', name: 'the next pod has none', series: { [of('dead_letters_total', 'a', INVALID)]: '9x60 stale', [of('dead_letters_total', 'b', INVALID)]: '_x61 0x60' }, end: '120m' }
  ],
  PeerProbeEdgesMissing: [
    {
      kind: 'fires',
      name: 'messages of each crawl are lost, and another PeerProbe writes files',
      step: EDGE_STEP,
      series: { [files('incomplete')]: '0x6 1 2 3 4 5x40', [files('written')]: '0x60', [files('incomplete', 'b', 'polkadot')]: '0+1x60', [files('written', 'b', 'polkadot')]: '0+1x60' },
      fires: { at: ['3h', '8h'], alerts: [{ labels: LABELS }] }
    },
    { kind: 'fires', name: 'the files cannot be written any more', step: EDGE_STEP, series: { [files('written')]: '0+1x50 50x200', [files('failed')]: '0x50 0+1x200' }, fires: { at: ['35h'], alerts: [{ labels: LABELS }] } },
    { kind: 'fires', name: 'the right to the topic is missing', step: EDGE_STEP, series: { [outage('a')]: '0x6 1x20', [outage('b', 'polkadot')]: '0x26', [files('written')]: '5x30' }, fires: { at: ['90m', '4h'], alerts: [{ labels: LABELS }] } },
    { kind: 'ordinary', name: 'crawlers are stopped now and then, and other crawls leave files', step: EDGE_STEP, series: { [files('aborted')]: '0x20 0+1x180', [files('written')]: '0x10 1x100 2x100' }, end: '30h' },
    { kind: 'ordinary', name: 'no scan asks for routing tables', step: EDGE_STEP, series: { [files('written')]: '0x200', [files('incomplete')]: '0x200' }, end: '30h' },
    { kind: 'ordinary', name: 'Kafka is away for a moment', step: EDGE_STEP, series: { [outage('a')]: '0x6 1 0x20', [files('written')]: '5x30' }, end: '4h' },
    { kind: 'restart', name: 'the counters begin again', step: EDGE_STEP, series: { [files('incomplete')]: '90x60 0x60', [files('written')]: '0x120' }, end: '20h' },
    {
      kind: 'restart',
      name: 'it goes on firing where the consumer is replaced',
      step: EDGE_STEP,
      series: { [files('incomplete')]: '0+1x60 stale', [files('written')]: '0x60 stale', [files('incomplete', 'b')]: '_x61 0+1x60', [files('written', 'b')]: '_x61 0x60' },
      fires: { at: ['9h', '10h', '610m', '620m', '630m', '18h'], alerts: [{ labels: LABELS }] }
    }
  ]
}

function dumps (pod: string, probe: string, intervals: string, completed?: string): Record<string, string> {
  return dumpsOf('nodes', { pod, probe }, intervals, completed)
}

function dumpsOf (content: string, { pod, probe }: { pod: string, probe: string }, intervals: string, completed?: string): Record<string, string> {
  // A pod that comes later has started an hour and two minutes after the first.
  const start = intervals.startsWith('_') ? '_x62 3720x60' : '0x180'

  return {
    [of('dump_interval_seconds', pod, { probe, content })]: intervals.replaceAll('?', '120'),
    ...completed === undefined ? {} : { [of('dump_completed_timestamp_seconds', pod, { probe, content })]: completed },
    [consumerStart(pod, probe)]: intervals.includes('stale') ? '0x60 stale' : start
  }
}

function consumerStart (pod: string, probe: string): string {
  return seriesOf('process_start_time_seconds', probe, { component: 'consumer', pod })
}
