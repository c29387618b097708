// The files of the chart against the types of Grafana's SDK: the compiler reads each file as a literal of them, so that a field
// that Grafana does not know, a missing one, or a value of no enumeration is an error of the file, wherever it came from.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import ts from 'typescript'
import { root } from '../../repo/import-graph.ts'
import { chartDashboards } from '../../support/dashboards/chart-panels.ts'

const SDK = '@grafana/grafana-foundation-sdk'

// JSON has the values of enumerations, not their names; what the SDK leaves open for each kind of panel has a type of its own.
const TYPES = `
import type { Dashboard, FieldConfig, FieldConfigSource, Panel, RowPanel } from '${SDK}/dashboard'
import type { Dataquery } from '${SDK}/prometheus'
import type * as heatmap from '${SDK}/heatmap'
import type * as stat from '${SDK}/stat'
import type * as statetimeline from '${SDK}/statetimeline'
import type * as table from '${SDK}/table'
import type * as timeseries from '${SDK}/timeseries'

type Literal<T> = unknown extends T ? T : T extends string ? \`\${T}\` : T extends number ? (\`\${T}\` extends \`\${infer N extends number}\` ? N : number)
  : T extends readonly (infer E)[] ? Literal<E>[] : T extends object ? { [K in keyof T]: Literal<T[K]> } : T
type Of<Type extends string, Options, Custom> = Literal<Omit<Panel, 'type' | 'options' | 'targets' | 'fieldConfig'>> & {
  type: Type
  options: Literal<Options>
  targets: Literal<Omit<Dataquery, '_implementsDataqueryVariant'>>[]
  fieldConfig: Literal<Omit<FieldConfigSource, 'defaults'>> & { defaults: Literal<Omit<FieldConfig, 'custom'>> & { custom?: Literal<Custom> } }
}
type AnyPanel = Of<'heatmap', heatmap.Options, heatmap.FieldConfig> | Of<'stat', stat.Options, never>
  | Of<'state-timeline', statetimeline.Options, statetimeline.FieldConfig> | Of<'table', table.Options, unknown>
  | Of<'timeseries', timeseries.Options, timeseries.FieldConfig>
export type Shipped = Literal<Omit<Dashboard, 'panels'>> & { panels: (AnyPanel | (Literal<Omit<RowPanel, 'type'>> & { type: 'row' }))[] }
`

suite('dashboards of the chart and the types of the SDK', () => {
  test('agree', () => {
    assert.deepEqual(faultsOf([...chartDashboards().values()]), [])
  })

  test('disagree where a file has a field that Grafana does not know, lacks one, or has a value that none of its enumerations has', () => {
    const [dashboard] = chartDashboards().values()
    const { panels: [row, panel] } = dashboard as unknown as { panels: object[] }
    const broken = [{ ...panel, hieght: 3 }, { ...panel, gridPos: { x: 0 } }, { ...panel, targets: [{ expr: 'up', format: 'picture' }] }]

    for (const wrong of broken) {
      assert.equal(faultsOf([{ ...dashboard, panels: [row, wrong] }]).length > 0, true, JSON.stringify(wrong))
    }
  })
})

/** What the compiler says of dashboards as literals of the SDK's types. */
function faultsOf (shipped: unknown[]): string[] {
  const path = join(root, 'test/helm/dashboards/shipped.ts')
  const literals = shipped.map((dashboard, i) => `export const dashboard${String(i)}: Shipped = ${JSON.stringify(dashboard)}\n`)
  const source = `${TYPES}\n${literals.join('')}`
  const { ESNext } = ts.ScriptTarget
  const options: ts.CompilerOptions = { strict: true, noEmit: true, skipLibCheck: true, target: ESNext, module: ts.ModuleKind.NodeNext, types: [] }
  const host = ts.createCompilerHost(options)
  const readSource = host.getSourceFile.bind(host)
  host.fileExists = name => name === path || ts.sys.fileExists(name)
  host.readFile = name => name === path ? source : ts.sys.readFile(name)
  host.getSourceFile = (name, version) => name === path ? ts.createSourceFile(name, source, version) : readSource(name, version)
  const program = ts.createProgram([path], options, host)

  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n').slice(0, 2_000))
}
