// What Prometheus answers to the panels of a dashboard, as Grafana asks it: with the variables of the dashboard filled in, and
// each series under the name that its legend gives it.
import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard'

/** A series under its name. */
export interface NamedSeries {
  name: string
  labels: Readonly<Record<string, string>>

  /** Moments in seconds since 1970, with the value at each; one of them where only now is asked for. */
  points: readonly (readonly [at: number, value: number])[]
}

/** A panel with what it shows. */
export interface AnsweredPanel {
  panel: Panel
  series: readonly NamedSeries[]
}

/** How Prometheus is asked. */
export interface Asking {
  /** What an expression gives now. */
  now: (expr: string) => Promise<Omit<NamedSeries, 'name'>[]>

  /** What it gave over the span of the picture. */
  over: (expr: string) => Promise<Omit<NamedSeries, 'name'>[]>

  /** The span of rates, such as `10s`. */
  rateInterval: string
}

interface Target { expr: string, legendFormat: string, instant?: boolean }

/** Asks for all panels of a dashboard, one after the other. */
export async function answerPanels ({ panels = [] }: Dashboard, asking: Asking): Promise<AnsweredPanel[]> {
  const answered: AnsweredPanel[] = []

  for (const panel of panels) {
    if (panel.type !== 'row') {
      answered.push({ panel, series: await answersOf(panel, asking) })
    }
  }

  return answered
}

async function answersOf ({ targets = [] }: Panel, { now, over, rateInterval }: Asking): Promise<NamedSeries[]> {
  const series: NamedSeries[] = []

  for (const { expr, legendFormat, instant } of targets as unknown as Target[]) {
    const filled = fillVariables(expr, rateInterval)
    const answers = await (instant === true ? now : over)(filled)
    series.push(...answers.map(({ labels, points }) => ({ name: nameOf(legendFormat, labels), labels, points: points.filter(isNumber) })))
  }

  return series.filter(({ points }) => points.length > 0)
}

/** An expression with all values of the variables, as Grafana fills them in where *All* is chosen. */
export function fillVariables (expr: string, rateInterval: string): string {
  return expr.replaceAll('$__rate_interval', rateInterval).replaceAll(/\$(?:namespace|probe|scan)\b/g, '.*')
}

// A share of nothing, such as a quantile of no visits.
function isNumber ([, value]: NamedSeries['points'][number]): boolean {
  return !Number.isNaN(value)
}

function nameOf (legend: string, labels: Readonly<Record<string, string>>): string {
  return legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? '')
}
