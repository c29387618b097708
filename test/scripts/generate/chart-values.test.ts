// The chart's schema and README are generated from the comments in values.yaml: valid and refused comments.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import { chartValues } from '../../../scripts/generate/chart/value-comments.ts'
import { valuesSchema, valuesSchemaFile } from '../../../scripts/generate/chart/value-schema.ts'
import { SHAPES } from '../../../scripts/generate/chart/value-shapes.ts'
import { chartReadme } from '../../../scripts/generate/chart/values-readme.ts'
import type { JsonSchema } from '../../../scripts/generate/chart/value-schema.ts'

const TEXT = readFileSync(new URL('../../../helm/peerprobe/values.yaml', import.meta.url), 'utf8')
const values = chartValues(TEXT)
const ajv = new Ajv({ strict: false, allErrors: true })

function faultsOf (schema: JsonSchema, document: unknown): string[] {
  const validate = ajv.compile(schema)

  return validate(document) ? [] : (validate.errors ?? []).map(({ instancePath, params }) => `${instancePath} ${JSON.stringify(params)}`)
}

suite('comments of chart values', () => {
  test('are the lines directly above a value, without its schema and without lines above an empty line', () => {
    const text = '# Of the file.\n\n# Of a part.\n\n# How many.\n# @schema {minimum: 1}\n# At most nine.\n# @schema {maximum: 9}\nreplicas: 1\n# A place.\nimage:\n  # Its name.\n  name: x\n\n  # Its tag, # with a sign.\n  tag: ""\n'
    const [replicas, image] = chartValues(text)

    assert.deepEqual([replicas?.meaning, replicas?.added, replicas?.fallback], ['How many. At most nine.', { minimum: 1, maximum: 9 }, 1])
    assert.deepEqual([image?.meaning, image?.fields.map(({ path, meaning }) => [path, meaning])], ['A place.', [['image.name', 'Its name.'], ['image.tag', 'Its tag, # with a sign.']]])
  })

  test('are refused with the value\'s path if they are empty, or do not describe its type', () => {
    const REFUSED: [string, RegExp][] = [
      ['a: 1\n', /: a needs a comment/],
      ['# Outer.\na:\n  b: 1\n', /: a\.b needs a comment/],
      ['# @schema {minimum: 1}\na: 1\n', /: a needs a comment/],
      ['# Of a part.\n\na: 1\n', /: a needs a comment/],
      ['# A.\n# @schema minimum\na: 1\n', /@schema above a is not a map/],
      ['# A.\na: {}\n', /the default of a does not show its type/],
      ['# A.\na: null\n', /the default of a does not show its type/],
      ['# A.\na: []\n', /a is a list/],
      ['# A.\n# @schema {is: nonsense}\na: {}\n', /a asks for the shape "nonsense"/],
      ['# A.\n# @schema {items: {is: nonsense}}\na: []\n', /a\[\] asks for the shape "nonsense"/],
      ['# A.\n# @schema {minimun: 1}\na: 1\n', /a asks for minimun/],
      ['# A.\na: [\n', /values\.yaml: /],
      ['- 1\n', /is not a map/]
    ]

    for (const [text, words] of REFUSED) {
      assert.throws(() => valuesSchema(chartValues(text)), words, text)
    }
  })
})

suite('the schema of chart values', () => {
  const schema = valuesSchema(values)

  test('accepts the defaults, each of them alone, and null instead of each', () => {
    const document = parse(TEXT) as Record<string, unknown>
    assert.deepEqual(faultsOf(schema, document), [])
    assert.deepEqual(faultsOf(schema, {}), [])

    for (const { name } of values) {
      assert.deepEqual(faultsOf(schema, { ...document, [name]: null }), [], name)
    }
  })

  test('is closed wherever a value has fields', () => {
    const withFields = (list: typeof values): typeof values => list.flatMap(value => value.fields.length === 0 ? [] : [value, ...withFields([...value.fields])])
    const places = withFields(values)
    assert.ok(places.length > 10)

    for (const { path } of places) {
      const [first = '', ...rest] = path.split('.')
      const document = { [first]: rest.reduceRight<object>((inner, name) => ({ [name]: inner }), { nonsense: 1 }) }
      assert.deepEqual(faultsOf(schema, document), [`/${path.replaceAll('.', '/')} {"additionalProperty":"nonsense"}`])
    }
    assert.deepEqual(faultsOf(schema, { nonsense: 1 }), [' {"additionalProperty":"nonsense"}'])
    assert.deepEqual(faultsOf(schema, { policy: { namespaces: { lab: { nonsense: 1 } } } }), ['/policy/namespaces/lab {"additionalProperty":"nonsense"}'])
    assert.deepEqual(faultsOf(schema, { policy: { namespaces: { lab: { hostNetwork: true } } } }), [])
  })

  test('refuses a value of another type for each', () => {
    const leaves = (list: typeof values): typeof values => list.flatMap(value => value.fields.length === 0 ? [value] : leaves([...value.fields]))

    for (const { path } of leaves(values)) {
      const [first = '', ...rest] = path.split('.')
      const document = { [first]: rest.reduceRight<unknown>((inner, name) => ({ [name]: inner }), 1.5) }
      assert.ok(faultsOf(schema, document).some(fault => fault.startsWith(`/${path.replaceAll('.', '/')} `)), path)
    }
  })

  test('explains each value, so that an editor can show it', () => {
    const { properties } = JSON.parse(valuesSchemaFile(values)) as JsonSchema

    assert.equal(properties?.['replicas']?.['description'], values.find(({ name }) => name === 'replicas')?.meaning)
  })

  test('has no unused shape', () => {
    const used = new Set([...TEXT.matchAll(/is: (\w+)/g)].map(([, name]) => name))

    assert.deepEqual(Object.keys(SHAPES).filter(name => !used.has(name)), [])
  })
})

test('the chart\'s README has a row for each value, and nothing in it ends a cell or starts a tag', () => {
  const readme = chartReadme(values)
  const all = (list: typeof values): string[] => list.flatMap(({ path, fields }) => [path, ...all([...fields])])
  const rows = readme.slice(readme.indexOf('## Values')).split('\n').filter(line => line.startsWith('| `'))

  assert.deepEqual(rows.map(row => /^\| `([^`]+)`/.exec(row)?.[1]), all(values))
  assert.deepEqual(rows.filter(row => row.replaceAll('\\|', '').split('|').length !== 5), [])

  const odd = chartReadme(chartValues('# One | two <b>.\n# @schema {pattern: "^a|b$"}\na: "x|y"\n'))
  assert.ok(odd.includes('| `a` | `"x\\|y"` | One \\| two \\<b>. |'), odd.slice(-200))
})
