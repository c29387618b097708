// Cases of alerts as promtool takes them.
import { parse, stringify } from 'yaml'
import type { AlertCase, ExpectedAlert } from './alert-case.ts'

/** An alert of the chart's rules. */
export interface AlertRule {
  alert: string
  expr: string
  for?: string
  labels: { severity: string }
  annotations: { summary: string, description: string, runbook_url: string }
}

/** A series that the rules record. */
interface RecordRule { record: string, expr: string }

/** The alerts in the text of a file of rules. */
export function alertsOf (text: string): AlertRule[] {
  const { groups } = parse(text) as { groups: { rules: (AlertRule | RecordRule)[] }[] }

  return groups.flatMap(({ rules }) => rules).filter(rule => 'alert' in rule)
}

/** Names of the metrics, and of recorded series, that an expression asks for. */
export function metricsIn (expr: string): string[] {
  const bare = expr.replaceAll(/(?:by|on|without|ignoring|group_left) \([^)]*\)|\{[^}]*\}/g, ' ')

  return [...new Set([...bare.matchAll(/(?<![\w:])(?:[a-z]+(?:_[a-z0-9]+){2,}|peerprobe:[\w:]+)(?![\w(:])/g)].map(([name]) => name))]
}

/** A file for `promtool test rules` that holds what an alert is expected to make of its cases. */
export function promtoolFile (rulesPath: string, rule: AlertRule, cases: readonly AlertCase[]): string {
  return stringify({ rule_files: [rulesPath], evaluation_interval: cases[0]?.step ?? '1m', tests: cases.map(one => promtoolTest(rule, one)) }, { lineWidth: 0 })
}

function promtoolTest (rule: AlertRule, { kind, name, step = '1m', series, fires, end }: AlertCase): object {
  const test = {
    name: `${rule.alert}, ${kind}: ${name}`,
    interval: step,
    input_series: Object.entries(series).map(([labelled, values]) => ({ series: labelled, values }))
  }

  if (fires === undefined) {
    // Whether it ever fired; a look at the end alone would miss one that came and went.
    return { ...test, promql_expr_test: [{ expr: `count_over_time(${firing(rule)}[10d])`, eval_time: end, exp_samples: [] }] }
  }
  if (kind === 'restart') {
    // That it goes on is what counts; what it prints changes meanwhile.
    const samples = fires.alerts.map(({ labels }) => ({ labels: firingSeries(rule, labels), value: 1 }))
    return { ...test, promql_expr_test: fires.at.map(at => ({ expr: firing(rule), eval_time: at, exp_samples: samples })) }
  }

  const alerts = fires.alerts.map(alert => expected(rule, alert))

  return { ...test, alert_rule_test: fires.at.map(at => ({ eval_time: at, alertname: rule.alert, exp_alerts: alerts })) }
}

function firing ({ alert }: AlertRule): string {
  return `ALERTS{alertname="${alert}",alertstate="firing"}`
}

function firingSeries ({ alert, labels: { severity } }: AlertRule, labels: ExpectedAlert['labels']): string {
  const all = Object.entries({ ...labels, alertname: alert, alertstate: 'firing', severity })

  return `ALERTS{${all.map(([name, value]) => `${name}="${value}"`).join(',')}}`
}

function expected ({ labels: { severity }, annotations }: AlertRule, { labels, values = [] }: ExpectedAlert): object {
  const rest = [...values]
  // What `with` holds is printed where its label is there.
  const filled = (text: string): string => text
    .replaceAll(/\{\{ with \$labels\.(\w+) \}\}(.*?)\{\{ end \}\}/g, (_, label: string, inner: string) => labels[label] === undefined ? '' : inner.replace('{{ . }}', labels[label]))
    .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? '')
    .replaceAll(/\{\{ \$value[^}]*\}\}/g, () => rest.shift() ?? 'a value that the case does not name')

  return { exp_labels: { ...labels, severity }, exp_annotations: Object.fromEntries(Object.entries(annotations).map(([name, text]) => [name, filled(text)])) }
}
