import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isChildReady, tellParent } from '../../../core/process/parent-link.ts'
import { TempFolder } from '../../support/temp-folder.ts'

suite('parent link', () => {
  test('a child tells its parent where its admin server is', async () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('child.ts'), `import { tellParent } from '${fileURLToPath(new URL('../../../core/process/parent-link.ts', import.meta.url))}'\ntellParent({ type: 'ready', adminPort: 4711 })\n`)
    const child = fork(folder.file('child.ts'))
    const [message] = await once(child, 'message') as [unknown]

    assert.ok(isChildReady(message))
    assert.equal(message.adminPort, 4_711)
  })

  test('says nothing where nobody listens, and takes nothing else for it', () => {
    assert.doesNotThrow(() => {
      tellParent({ type: 'ready', adminPort: 1 })
    })
    for (const message of [null, 'ready', {}, { type: 'ready' }, { type: 'ready', adminPort: '1' }, { adminPort: 1 }]) {
      assert.ok(!isChildReady(message))
    }
  })
})
