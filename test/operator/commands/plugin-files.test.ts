// What people copy: the role of the documentation, krew's manifest and k9s's plugins.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import { kubectlProgram } from '../../../operator/commands/program.ts'
import { SUPPORT_RULES } from '../../../operator/rbac.ts'
import { krewManifest } from '../../../scripts/release/krew-manifest.ts'

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
const valid = (schema: object, value: unknown): string[] => {
  const validate = new Ajv({ allErrors: true }).compile(schema)
  return validate(value) ? [] : (validate.errors ?? []).map(({ instancePath, message = '' }) => `${instancePath} ${message}`)
}

// As krew documents it and checks it (v1alpha2).
const TEXT = { type: 'string', minLength: 1 }
const KREW = {
  type: 'object',
  additionalProperties: false,
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  properties: {
    apiVersion: { const: 'krew.googlecontainertools.github.com/v1alpha2' },
    kind: { const: 'Plugin' },
    metadata: { type: 'object', additionalProperties: false, required: ['name'], properties: { name: { type: 'string', pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' } } },
    spec: {
      type: 'object',
      additionalProperties: false,
      required: ['version', 'shortDescription', 'platforms'],
      properties: {
        version: { type: 'string', pattern: '^v\\d+\\.\\d+\\.\\d+(-.+)?$' },
        homepage: { type: 'string', pattern: '^https://' },
        shortDescription: { ...TEXT, maxLength: 50 },
        description: TEXT,
        caveats: TEXT,
        platforms: {
          type: 'array',
          minItems: 1,
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['uri', 'sha256', 'bin'],
            properties: {
              uri: { type: 'string', pattern: '^https://.+\\.(tar\\.gz|zip)$' },
              sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' },
              bin: TEXT,
              files: { type: 'array', items: { type: 'object', required: ['from', 'to'], properties: { from: TEXT, to: TEXT } } },
              selector: { type: 'object', additionalProperties: false, properties: { matchLabels: { type: 'object' }, matchExpressions: { type: 'array', items: { type: 'object', required: ['key', 'operator', 'values'] } } } }
            }
          }
        }
      }
    }
  }
}

// internal/config/json/schemas/plugins.json of k9s, as far as it is used here.
const K9S = {
  type: 'object',
  additionalProperties: false,
  required: ['plugins'],
  properties: {
    plugins: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['shortCut', 'description', 'scopes', 'command'],
        properties: {
          shortCut: { type: 'string', pattern: '^(Shift|Ctrl)-[A-Z]$|^[a-z]$' },
          description: TEXT,
          confirm: { type: 'boolean' },
          scopes: { type: 'array', items: TEXT },
          command: TEXT,
          background: { type: 'boolean' },
          args: { type: 'array', items: { type: 'string' } }
        }
      }
    }
  }
}

suite('what people copy', () => {
  test('is the role of what the plugin asks for', () => {
    const [, block = ''] = /```yaml\n([^]*?)```/.exec(read('docs/kubectl.md')) ?? []

    assert.deepEqual((parse(block) as { rules: unknown }).rules, SUPPORT_RULES)
  })

  test('is a manifest that krew takes, once it is filled in', () => {
    const filled = krewManifest(read('.krew.yaml'), { tag: 'v1.2.3', sha256: 'a'.repeat(64) })
    const manifest = parse(filled) as { metadata: { name: string }, spec: { platforms: { bin: string, uri: string }[] } }

    assert.deepEqual(valid(KREW, manifest), [])
    assert.equal(manifest.spec.platforms[0]?.bin, kubectlProgram().name())
    assert.equal(manifest.metadata.name, kubectlProgram().name().replace('kubectl-', ''))
    assert.match(manifest.spec.platforms[0].uri, /\/v1\.2\.3\//)
  })

  test('are plugins that k9s takes, each with a key of its own, whose arguments the program knows', () => {
    const file = parse(read('docs/k9s-plugins.yaml')) as { plugins: Record<string, { shortCut: string, command: string, args: string[] }> }
    assert.deepEqual(valid(K9S, file), [])
    const plugins = Object.values(file.plugins)
    assert.equal(new Set(plugins.map(({ shortCut }) => shortCut)).size, plugins.length)

    for (const { args } of plugins) {
      const [first = '', script = ''] = args
      const words = first === '-c' ? script.slice(0, script.indexOf(' | ')).split(' ').slice(1) : args
      assert.equal(words[0], 'peerprobe')
      const command = kubectlProgram().commands.find(sub => sub.name() === words[1]) ?? assert.fail(words[1])
      const { operands, unknown } = command.parseOptions(words.slice(2).map(word => word.replaceAll('"', '')))
      assert.deepEqual([operands.length, unknown], [1, []])
    }
  })
})
