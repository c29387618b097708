import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { suite, test } from 'node:test'
import { parse } from 'yaml'
import { root } from './import-graph.ts'

interface Step { uses?: string, run?: string, with?: Record<string, unknown> }
interface Job { 'permissions'?: Record<string, string>, 'timeout-minutes'?: number, 'uses'?: string, 'steps'?: Step[], 'needs'?: string }
interface Workflow { permissions: unknown, concurrency: unknown, jobs: Record<string, Job> }

interface Form { name?: string, description?: string, body?: { type: string, id?: string, attributes?: { label?: string } }[] }

const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const files = globSync('.github/workflows/*.yml', { cwd: root }).sort()
const workflows = files.map(file => ({ file, text: read(file), workflow: parse(read(file)) as Workflow }))
const jobs = workflows.flatMap(({ file, workflow }) => Object.entries(workflow.jobs).map(([name, job]) => ({ where: `${file} ${name}`, job })))
const PINNED = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/

suite('the workflows', () => {
  test('are for checking a change, and for a release', () => {
    assert.deepEqual(files, ['.github/workflows/ci.yml', '.github/workflows/release.yml'])
  })

  test('use external actions by digest, with the version in a comment', () => {
    const used = jobs.flatMap(({ job }) => (job.steps ?? []).flatMap(({ uses }) => uses ?? []))

    assert.ok(used.length >= 10)
    assert.deepEqual(used.filter(uses => !PINNED.test(uses)), [])
    for (const { file, text } of workflows) {
      for (const [line] of text.matchAll(/uses: [^.].*/g)) {
        assert.match(line, /@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, file)
      }
    }
  })

  test('use the same version of an action everywhere', () => {
    const used = [...new Set(jobs.flatMap(({ job }) => (job.steps ?? []).flatMap(({ uses }) => uses ?? [])))]

    assert.equal(new Set(used.map(uses => uses.split('@')[0])).size, used.length, used.join('\n'))
  })

  test('have read-only tokens, except jobs that declare what they write; none leaves its token in the checkout', () => {
    const writing = jobs.filter(({ job }) => Object.values(job.permissions ?? {}).includes('write')).map(({ where }) => where)

    assert.deepEqual(workflows.map(({ workflow }) => workflow.permissions), files.map(() => ({ contents: 'read' })))
    assert.deepEqual(writing, ['image', 'chart', 'package', 'plugin'].map(name => `.github/workflows/release.yml ${name}`))
    for (const { where, job } of jobs) {
      for (const step of (job.steps ?? []).filter(({ uses }) => uses?.startsWith('actions/checkout@') === true)) {
        assert.equal(step.with?.['persist-credentials'], false, where)
      }
    }
  })

  test('end: each job has a time limit, and a newer run of a branch replaces an older one', () => {
    assert.deepEqual(jobs.filter(({ job }) => job.uses === undefined && !(Number(job['timeout-minutes']) > 0)).map(({ where }) => where), [])
    assert.ok(workflows.every(({ workflow }) => workflow.concurrency !== undefined))
  })

  test('put no text that others control into a script', () => {
    const scripts = jobs.flatMap(({ where, job }) => (job.steps ?? []).map(({ run = '' }) => ({ where, run })))

    assert.deepEqual(scripts.filter(({ run }) => run.includes('${{')), [])
  })

  test('check a change with `.ci/run`, as a contributor does, and a release in the same way', () => {
    const [ci, release] = workflows.map(({ workflow }) => workflow)

    assert.ok(ci!.jobs['test']!.steps!.some(({ run = '' }) => run.trimEnd().endsWith(' .ci/run')))
    assert.match(read('.ci/run'), /^export PEERPROBE_REQUIRE_ALL=1\nnpm ci && npm test$/m)
    assert.equal(release!.jobs['test']!.uses, './.github/workflows/ci.yml')
    for (const name of ['image', 'package']) {
      assert.equal(release!.jobs[name]!.needs, 'test')
    }
    assert.equal(release!.jobs['chart']!.needs, 'image')
  })
})

suite('the public face', () => {
  const { version, engines } = JSON.parse(read('package.json')) as { version: string, engines: { node: string } }

  test('has one version: package, chart, image and changelog', () => {
    const chart = parse(read('helm/peerprobe/Chart.yaml')) as { version: string, appVersion: string }

    assert.deepEqual([chart.version, chart.appVersion], [version, version])
    assert.match(read('CHANGELOG.md'), new RegExp(`^## Unreleased\\n[^]*^## ${version.replaceAll('.', '\\.')} \\(\\d{4}-\\d{2}-\\d{2}\\)$`, 'm'))
  })

  test('has one Node version for version managers and the dev container, which the package accepts', () => {
    const major = read('.nvmrc').trim()

    assert.equal(engines.node.startsWith(`>=${major}.`), true)
    assert.match(read('.devcontainer/Dockerfile'), new RegExp(`^FROM node:${major}[.-]`, 'm'))
  })

  test('says where to report a vulnerability or a bug, and how to propose a change', () => {
    for (const file of ['SECURITY.md', 'CONTRIBUTING.md', '.github/CODEOWNERS', '.github/pull_request_template.md', '.github/dependabot.yml', '.editorconfig', '.devcontainer/devcontainer.json']) {
      assert.ok(existsSync(join(root, file)), file)
    }
    assert.match(read('SECURITY.md'), /docs\/security\.md/)
  })

  test('asks for what is needed to find a bug, in valid GitHub forms', () => {
    const forms = globSync('.github/ISSUE_TEMPLATE/*.yml', { cwd: root }).filter(file => !file.endsWith('config.yml'))

    assert.ok(forms.length >= 2)
    for (const form of forms) {
      const { name, description, body } = parse(read(form)) as Form
      const questions = body?.filter(({ type }) => type !== 'markdown') ?? []

      assert.ok(name !== undefined && description !== undefined && questions.length > 0, form)
      assert.equal(new Set(questions.map(({ id }) => id)).size, questions.length, form)
      assert.ok(questions.every(({ attributes }) => attributes?.label !== undefined), form)
    }
  })

  test('is kept up to date: each folder with dependencies is watched', () => {
    interface Watch { 'package-ecosystem': string, 'directory'?: string, 'directories'?: string[] }
    const { updates } = parse(read('.github/dependabot.yml')) as { updates: Watch[] }
    const watched = updates.flatMap(({ 'package-ecosystem': kind, directory, directories = [directory ?? ''] }) => directories.map(folder => `${kind} ${folder}`))
    const folders = (kind: string, pattern: string): string[] => globSync(pattern, { cwd: root, exclude: ['node_modules/**'] }).map(file => `${kind} /${dirname(file).replace(/^\.$/, '')}`)

    assert.deepEqual(watched.sort(), [
      ...folders('npm', 'package.json'),
      ...folders('docker', '{,.devcontainer/}Dockerfile'),
      ...folders('gomod', '**/go.mod'),
      'github-actions /'
    ].sort())
  })

  test('has an owner for every room', () => {
    const owned = read('.github/CODEOWNERS').split('\n').filter(line => line !== '' && !line.startsWith('#')).map(line => line.split(/\s+/))

    assert.equal(owned[0]?.[0], '*')
    assert.ok(owned.every(([, ...owners]) => owners.length > 0 && owners.every(owner => owner.startsWith('@'))))
    for (const [path] of owned.slice(1)) {
      assert.ok(existsSync(join(root, path!)), path)
    }
  })
})
