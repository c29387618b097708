// The Prometheus of the tests: its answers follow from its targets and rules.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { suite, test } from 'node:test'
import { stringify } from 'yaml'
import { Prometheus } from '../../support/servers/prometheus.ts'
import { missingPrometheus, promtool } from '../../support/servers/promtool.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

suite('the Prometheus of the tests', { skip: missingPrometheus ?? false }, () => {
  test('scrapes pages with the labels of their targets, and notices where one is gone', async () => {
    await using page = await Page.open('# TYPE things gauge\nthings{namespace="inner",kind="a"} 3\n')
    await using server = await Prometheus.open()
    const labels = { namespace: 'outer', pod: 'crawler-0' }

    await server.setTargets([{ address: page.address, labels }])
    const [first] = await server.waitFor('things')
    assert.deepEqual({ ...first!.labels, instance: '' }, { __name__: 'things', instance: '', job: 'pods', kind: 'a', pod: 'crawler-0', namespace: 'outer', exported_namespace: 'inner' })
    assert.equal(first!.value, 3)

    await server.setTargets([{ address: page.address, labels, honorLabels: true }])
    await server.waitFor('things{namespace="inner"}')
    await server.waitFor('things{namespace="outer"}', samples => samples.length === 0)
    await page.close()
    await server.waitFor('up == 0')
    assert.match((await server.scrapeErrors())[page.address] ?? '', /connection refused/)
  })

  test('answers with scalars and ranges, and says what is wrong with an expression', async () => {
    await using page = await Page.open('things 3\n')
    await using server = await Prometheus.open({ targets: [{ address: page.address, labels: { job: 'own' } }] })
    await server.waitFor('count_over_time(things{job="own"}[1m])', samples => (samples[0]?.value ?? 0) >= 2)

    assert.deepEqual(await server.query('1 + 1'), [{ labels: {}, value: 2 }])
    const [series] = await server.queryRange('things', { seconds: 60 })
    assert.ok(series!.points.length >= 2)
    assert.ok(series!.points.every(([, value]) => value === 3))
    await assert.rejects(server.query('things{'), /parse error/)
  })

  test('fires the alerts of files that it is given while it runs, and refuses a wrong one', async () => {
    using folder = new TempFolder()
    const rule = (name: string, expr: string): string => {
      writeFileSync(folder.file(name), stringify({ groups: [{ name, rules: [{ alert: name, expr, labels: { severity: 'warning' }, annotations: { summary: 'It is {{ $value }}.' } }] }] }))

      return folder.file(name)
    }
    await using server = await Prometheus.open({ ruleFiles: [rule('Silent', 'vector(1) > 2')] })
    await server.setRuleFiles([rule('Silent', 'vector(1) > 2'), rule('Loud', 'vector(3) > 2')])

    await server.waitFor('ALERTS{alertstate="firing"}')
    assert.deepEqual(await server.alerts(), [{ name: 'Loud', state: 'firing', labels: { alertname: 'Loud', severity: 'warning' }, annotations: { summary: 'It is 3.' } }])
    await assert.rejects(server.setRuleFiles([rule('Wrong', 'vector(')]), /Wrong/)
  })

  test('brings a promtool that tells good pages from bad ones', () => {
    const page = (name: string): string => `# HELP ${name} Things.\n# TYPE ${name} counter\n${name} 1\n`

    assert.deepEqual(promtool(['check', 'metrics'], { input: page('things_total') }), { code: 0, output: '' })
    const bad = promtool(['check', 'metrics'], { input: page('things') })
    assert.notEqual(bad.code, 0)
    assert.match(bad.output, /things counter metrics should have "_total" suffix/)
  })
})

/** A page of metrics that does not change. */
class Page implements AsyncDisposable {
  readonly #server: Server

  readonly address: string

  private constructor (server: Server) {
    this.#server = server
    this.address = `127.0.0.1:${String((server.address() as AddressInfo).port)}`
  }

  static async open (text: string): Promise<Page> {
    const server = createServer((_, response) => {
      response.setHeader('content-type', 'text/plain; version=0.0.4').end(text)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')

    return new Page(server)
  }

  async close (): Promise<void> {
    if (this.#server.listening) {
      const closed = once(this.#server, 'close')
      this.#server.close()
      this.#server.closeAllConnections()
      await closed
    }
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.close()
  }
}
