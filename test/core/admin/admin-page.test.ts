import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { AdminPage } from '../../../core/admin/admin-page.ts'
import { FakeClock } from '../../support/fake-clock.ts'

suite('a page of the admin server', () => {
  test('is rendered once for all who ask meanwhile and for a while after, and they share its bytes', async () => {
    const clock = new FakeClock()
    const { promise, resolve } = Promise.withResolvers<string>()
    let rendered = 0
    const page = new AdminPage(clock, async () => {
      rendered++
      return rendered === 1 ? await promise : `page ${String(rendered)}`
    }, { keptMs: 1_000 })
    const asked = Array.from({ length: 500 }, async () => await page.read())
    resolve('page 1')
    const answers = await Promise.all(asked)
    await clock.advance(999)

    assert.equal(new Set([...answers, await page.read()]).size, 1)
    assert.equal(String(answers[0]), 'page 1')
    await clock.advance(1)
    assert.equal(String(await page.read()), 'page 2')
  })

  test('is never kept where it is for this machine alone', async () => {
    let rendered = 0
    const page = new AdminPage(new FakeClock(), () => String(++rendered), { keptMs: 0 })

    assert.deepEqual([String(await page.read()), String(await page.read())], ['1', '2'])
  })

  test('fails as its rendering does, and is rendered again for the next who asks', async () => {
    let fails = true
    const page = new AdminPage(new FakeClock(), () => {
      if (fails) {
        throw new TypeError('not yet')
      }
      return 'page'
    }, { keptMs: 1_000 })

    await assert.rejects(page.read(), /not yet/)
    fails = false
    assert.equal(String(await page.read()), 'page')
  })
})
