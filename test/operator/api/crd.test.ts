import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parse } from 'yaml'
import { openApiSchema, peerProbeCrd, renderCrd } from '../../../operator/api/crd.ts'
import type { OpenApiSchema } from '../../../operator/api/crd.ts'

// https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
const FORBIDDEN = ['$schema', '$ref', 'definitions', '$defs', 'const', 'propertyNames', 'patternProperties', 'deprecated', 'discriminator', 'id', 'readOnly', 'writeOnly', 'xml', 'uniqueItems', 'oneOf', 'allOf', 'not']

interface Node { path: string, schema: OpenApiSchema }

function* walk (path: string, schema: OpenApiSchema): Generator<Node> {
  yield { path, schema }

  for (const [name, child] of Object.entries(schema['properties'] ?? {})) {
    yield* walk(`${path}.${name}`, child as OpenApiSchema)
  }
  for (const [key, name] of [['items', '[]'], ['additionalProperties', '{}']] as const) {
    if (schema[key] !== undefined) {
      yield* walk(`${path}${name}`, schema[key] as OpenApiSchema)
    }
  }
}

const nodes = [...walk('', openApiSchema())]
const at = (path: string): OpenApiSchema => nodes.find(node => node.path === path)!.schema
const cel = ({ schema }: Node): { rule: string, message: string, fieldPath?: string }[] => (schema['x-kubernetes-validations'] ?? []) as never

suite('PeerProbe CRD', () => {
  test('is a structural schema', () => {
    for (const { path, schema } of nodes) {
      for (const keyword of FORBIDDEN) {
        assert.ok(!(keyword in schema), `${path}: ${keyword} is not allowed in a CRD`)
      }

      if (schema['x-kubernetes-int-or-string'] === true) {
        assert.deepEqual(schema['anyOf'], [{ type: 'integer' }, { type: 'string' }], path)
        assert.equal(schema['type'], undefined, path)
      } else {
        assert.equal(typeof schema['type'], 'string', `${path}: type is required`)
        assert.equal(schema['anyOf'], undefined, path)
      }

      assert.notEqual(typeof schema['additionalProperties'], 'boolean', `${path}: additionalProperties must be a schema`)
      assert.ok(!('properties' in schema && 'additionalProperties' in schema), `${path}: properties and additionalProperties exclude each other`)
      assert.doesNotMatch(String(schema['pattern'] ?? ''), /\(\?[=!<]/, `${path}: RE2 has no lookaround`)
    }
  })

  test('describes every field of the spec, for kubectl explain', () => {
    for (const { path, schema } of nodes.filter(node => node.path.startsWith('.spec') && !/(\[\]|\{\})$/.test(node.path))) {
      assert.match(String(schema['description']), /^[A-Z].*\.$/, path)
    }
  })

  test('bounds every text, list and number, as the cost limit of CEL rules requires', () => {
    for (const { path, schema } of nodes.filter(node => node.path.startsWith('.spec'))) {
      if (schema['type'] === 'string' && schema['enum'] === undefined) {
        assert.ok(Number(schema['maxLength']) <= 4_096, `${path}: maxLength`)
      }
      if (schema['type'] === 'array') {
        assert.ok(Number(schema['maxItems']) <= 64, `${path}: maxItems`)
      }
      if (schema['type'] === 'integer') {
        assert.ok(Number(schema['maximum']) <= 2_147_483_647, `${path}: maximum`)
      }
    }
  })

  test('has only rules whose fields exist in their schema', () => {
    const rules = nodes.flatMap(node => cel(node).map(rule => ({ ...rule, path: node.path })))
    assert.ok(rules.length > 20)

    for (const { path, rule, message, fieldPath } of rules) {
      assert.ok(message.length > 0)
      assert.match(rule, /self/)
      assert.ok(fieldPath === undefined || nodes.some(node => node.path === `${path}${fieldPath}`), `${path}: ${String(fieldPath)}`)

      for (const [, field] of rule.replaceAll('__', '').matchAll(/(?:old)?[sS]elf\.([A-Za-z.]+[A-Za-z])/g)) {
        assert.ok(nodes.some(node => node.path === `${path}.${field!}`), `${path}: ${rule}: ${field!}`)
      }
    }
  })

  test('enforces in a cluster the rules that one machine does not need', () => {
    const rules = cel({ path: '.spec', schema: at('.spec') }).map(({ rule }) => rule)

    assert.ok(rules.includes('has(self.kafka)'))
    assert.ok(rules.includes('has(self.mysql)'))
    assert.deepEqual(at('.spec')['required'], ['scans'])
  })

  test('forbids changes that would leave data behind', () => {
    const rules = nodes.flatMap(node => cel(node).filter(({ rule }) => rule.includes('oldSelf')).map(({ fieldPath }) => `${node.path}${String(fieldPath)}`))

    assert.deepEqual(rules.sort(), ['.spec.kafka.strimzi', '.spec.kafka.strimzi.cluster', '.spec.kafka.strimzi.namespace', '.spec.kafka.topic.name', '.spec.kafka.topic.neighbours.partitions', '.spec.kafka.topic.partitions', '.spec.mysql.database'])
  })

  test('merges scans by name and prints the useful columns', () => {
    assert.equal(at('.spec.scans')['x-kubernetes-list-type'], 'map')
    assert.deepEqual(at('.spec.scans')['x-kubernetes-list-map-keys'], ['name'])
    assert.ok((at('.spec.scans[]')['required'] as string[]).includes('name'))

    const { names, versions } = peerProbeCrd()['spec'] as { names: Record<string, unknown>, versions: [{ additionalPrinterColumns: { name: string }[], subresources: Record<string, unknown> }] }
    assert.deepEqual([names['shortNames'], names['categories']], [['pp'], ['peerprobe']])
    assert.deepEqual(versions[0].additionalPrinterColumns.map(({ name }) => name), ['Ready', 'Scans', 'Peers', 'Lag', 'Last crawl', 'Age', 'Message'])
    assert.deepEqual(Object.keys(versions[0].subresources), ['status', 'scale'])
  })

  test('is rendered as YAML that reads back the same', () => {
    assert.deepEqual(parse(renderCrd()), JSON.parse(JSON.stringify(peerProbeCrd())))
  })
})
