import assert from 'node:assert/strict'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { photograph } from '../../../scripts/pictures/photograph.ts'
import { TempFolder } from '../../support/temp-folder.ts'

suite('photograph', () => {
  test('opens the page in a window of its size, and makes its picture small', async () => {
    using folder = new TempFolder()
    const [chromium, pngquant] = ['chromium', 'pngquant'].map(name => folder.file(name)) as [string, string]
    // The page is the last argument, the picture the one before.
    script(chromium, `printf '%s\\n' "$@" > "${folder.file('arguments')}"
for last; do case "$last" in --screenshot=*) out="\${last#--screenshot=}";; esac; done
cp "\${last#file://}" "$out"`)
    script(pngquant, `cp "$7" "$6"`)
    await photograph({ html: '<p>page', width: 300, height: 200 }, { chromium, pngquant }, folder.file('out.png'))

    assert.ok(readFileSync(folder.file('arguments'), 'utf8').split('\n').includes('--window-size=300,200'))
    assert.equal(readFileSync(folder.file('out.png'), 'utf8'), '<p>page')
  })

  test('fails where the browser fails', async () => {
    await assert.rejects(photograph({ html: '', width: 1, height: 1 }, { chromium: '/bin/false', pngquant: '/bin/true' }, '/nowhere.png'), /Command failed/)
  })
})

function script (path: string, text: string): void {
  writeFileSync(path, `#!/bin/sh\n${text}\n`)
  chmodSync(path, 0o755)
}
