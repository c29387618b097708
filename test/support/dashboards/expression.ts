// What an expression of Prometheus names, read by the grammar of Prometheus' own editor.
import { parser } from '@prometheus-io/lezer-promql'

/** A selector, such as `up{job="x"}`. */
interface Selector {
  /** Empty where a matcher of `__name__` chooses. */
  metric: string

  /** Whether it takes a span, as a rate does, and not the last value. */
  takesSpan: boolean

  matchers: { label: string, operator: string, value: string }[]
}

/** What an expression is made of. */
export interface ExpressionParts {
  selectors: Selector[]

  /** Labels by which it groups, joins or ignores. */
  groupings: string[]
}

/** Values for the variables of Grafana, so that Prometheus understands an expression: all namespaces, and a span for rates. */
export function withoutVariables (expr: string, rateInterval = '5m'): string {
  return expr.replaceAll('$__rate_interval', rateInterval).replaceAll(/\$(namespace|probe|scan)\b/g, '.*')
}

/** @throws {SyntaxError} Where it is no expression. */
export function readExpression (expr: string): ExpressionParts {
  const parts: ExpressionParts = { selectors: [], groupings: [] }
  const text = ({ from, to }: { from: number, to: number }): string => expr.slice(from, to)

  parser.parse(expr).iterate({
    enter: (node) => {
      if (node.type.isError) {
        throw new SyntaxError(`no expression of Prometheus from character ${String(node.from)} on: ${expr}`)
      }

      switch (node.name) {
        case 'VectorSelector': {
          parts.selectors.push({ metric: '', takesSpan: node.matchContext(['MatrixSelector']), matchers: [] })
          break
        }
        case 'Identifier': {
          parts.selectors.at(-1)!.metric = text(node)
          break
        }
        case 'UnquotedLabelMatcher': {
          const [, label, operator, value] = /^(\w+)\s*(=~|!~|!=|=)\s*"(.*)"$/.exec(text(node))!
          parts.selectors.at(-1)!.matchers.push({ label: label!, operator: operator!, value: value! })
          break
        }
        case 'GroupingLabels': {
          parts.groupings.push(...node.node.getChildren('LabelName').map(text))
          break
        }
      }
    }
  })

  return parts
}
