import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { suite, test } from 'node:test'
import { isAbort } from '../../core/time/signals.ts'
import { Processes } from '../../local/processes.ts'
import { ProgressView } from '../../local/progress-view.ts'
import { runLocal } from '../../local/run-local.ts'
import { TempFolder } from '../support/temp-folder.ts'
import type { RunResult } from '../../local/result.ts'

function screen (): { text: string, view: ProgressView } {
  const out = { text: '', view: undefined as unknown as ProgressView }
  out.view = new ProgressView({ write: (text) => {
    out.text += text
  }, isTerminal: false, columns: 80 })

  return out
}

suite('runLocal', () => {
  test('crawls a practice network until it is stopped, and reports each crawl meanwhile', async () => {
    using folder = new TempFolder()
    const told: RunResult[] = []
    const stop = new AbortController()
    const onResult = (crawl: RunResult): void => {
      told.push(crawl)
      stop.abort()
    }
    const { view } = screen()
    const options = { manifestPath: undefined, devnet: 'js' as const, once: false, forMs: undefined, dataDir: folder.path, secretsDir: undefined, json: false, embedded: false, listen: '0.0.0.0' }
    const result = await runLocal(options, { view, onResult }, stop.signal)

    assert.equal(told.length, 1)
    assert.equal(result.scans[0]?.foundBy?.active, result.devnet?.contactable, JSON.stringify(result.scans[0]))
    assert.ok(existsSync(result.store.sqlite?.path ?? '') && result.dump !== null && existsSync(result.dump))
  })

  test('ends at once when it is stopped before anything runs', async () => {
    using folder = new TempFolder()
    const options = { manifestPath: undefined, devnet: 'js' as const, once: true, forMs: undefined, dataDir: folder.path, secretsDir: undefined, json: false, embedded: false, listen: '0.0.0.0' }
    await assert.rejects(runLocal(options, { view: screen().view, onResult: () => undefined }, AbortSignal.abort()), isAbort)
  })
})

suite('Processes', () => {
  test('stop at once when there are none', async () => {
    using folder = new TempFolder()
    const processes = new Processes({ backends: { bus: {}, store: {} }, topics: [], children: [] }, { configFolder: folder.file('config'), logFolder: folder.path }, { onRestart: () => undefined })
    await processes.failed()
    await processes[Symbol.asyncDispose]()

    assert.ok(existsSync(folder.file('config')))
  })
})
