/**
 * Series over time, by their name with labels; values in the notation of promtool, one for each step: `1+2x3` is 1 3 5 7,
 * `_x3` three steps without a scrape, `stale` a target that is gone.
 *
 * @see https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/#series
 */
export type SeriesOverTime = Readonly<Record<string, string>>

/** One alert that is expected to fire. */
export interface ExpectedAlert {
  /** All labels but the severity. */
  labels: Readonly<Record<string, string>>

  /** Values of its annotations as they are printed, in the order in which these ask for them. */
  values?: readonly string[]
}

/** What an alert makes of some series. Each alert has a case of each kind. */
export interface AlertCase {
  /**
   * - `fires`: the fault, in one PeerProbe beside another one that is well
   * - `ordinary`: what happens every day
   * - `restart`: pods are replaced, counters begin again, scrapes fail for a while
   */
  kind: 'fires' | 'ordinary' | 'restart'

  /** A fact in the present tense. */
  name: string

  /** Time between two values, and between two looks at them; the same in all cases of an alert. @default '1m' */
  step?: string

  series: SeriesOverTime

  /** Moments since the start at which exactly these fire; where absent none ever fires. */
  fires?: { at: readonly string[], alerts: readonly ExpectedAlert[] }

  /** When it is looked whether any fired before, where none is expected. */
  end?: string
}

/** Cases of alerts, by their names. */
export type AlertCases = Readonly<Record<string, readonly AlertCase[]>>

// Labels of a PeerProbe in namespace `lab`, in the form of PromQL.
function podLabels (probe: string, labels: Readonly<Record<string, string>> = {}): string {
  const all = { namespace: 'lab', peerprobe_dev_probe: probe, ...labels }

  return Object.entries(all).map(([name, value]) => `${name}="${value}"`).join(',')
}

/** A series of a PeerProbe's pod. */
export function seriesOf (metric: string, probe: string, labels: Readonly<Record<string, string>> = {}): string {
  return `${metric}{${podLabels(probe, labels)}}`
}
