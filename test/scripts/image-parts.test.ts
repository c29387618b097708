// The parts of the base that the image uses, and the files of packages that it leaves out.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { librariesIn, ownersIn } from '../../scripts/supply/shared-libraries.ts'
import { TempFolder } from '../support/temp-folder.ts'

const script = (name: string): string => fileURLToPath(new URL(`../../scripts/supply/${name}`, import.meta.url))

suite('parts of the image', () => {
  test('are the libraries in the output of ldd, with their loader, without those of the kernel', () => {
    const x64 = '\tlinux-vdso.so.1 (0x00007ffd1)\n\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f1d)\n\t/lib64/ld-linux-x86-64.so.2 (0x00007f1e)\n'
    const arm64 = '\tlinux-vdso.so.1 (0x0000ffff)\n\tlibc.so.6 => /lib/aarch64-linux-gnu/libc.so.6 (0x0000fffe)\n\t/lib/ld-linux-aarch64.so.1 (0x0000fffd)\n'

    assert.deepEqual(librariesIn(x64, 'node'), ['/lib/x86_64-linux-gnu/libm.so.6', '/lib64/ld-linux-x86-64.so.2'])
    assert.deepEqual(librariesIn(arm64, 'node'), ['/lib/aarch64-linux-gnu/libc.so.6', '/lib/ld-linux-aarch64.so.1'])
  })

  test('are refused, with the program, if a library is missing or nothing can be read', () => {
    for (const text of ['\tlibodd.so.1 => not found\n', '\tstatically linked\n', 'not a dynamic executable']) {
      assert.throws(() => librariesIn(text, 'odd.node'), /odd\.node cannot be loaded here: ldd says/)
    }
  })

  test('are listed by the Debian packages that they come from', () => {
    assert.deepEqual(ownersIn('libc6:amd64: /lib/x86_64-linux-gnu/libm.so.6\nlibc6:amd64, libc6-dev:amd64: /usr/lib/x\nbase-files: /etc/os-release\n'), ['libc6', 'libc6-dev', 'base-files'])
    assert.deepEqual(ownersIn('diversion by dash from: /bin/sh\n'), [])
    assert.deepEqual(ownersIn('nothing\n'), [])
  })

  test('exclude declarations, sources, maps and binaries of other systems; a package with such a name stays', () => {
    using folder = new TempFolder()
    const [kept, gone] = [
      ['a/index.js', 'a/LICENSE', 'a/prebuilds/linux-x64/a.node', 'a/prebuilds/linux-arm64/a.node', 'lodash.map/index.js', 'x.ts/index.js'],
      ['a/index.d.ts', 'a/src/index.ts', 'a/index.d.mts', 'a/b/index.d.cts', 'a/index.js.map', 'a/prebuilds/darwin-arm64/a.node', 'a/node_modules/b/prebuilds/win32-x64/b.node']
    ]

    for (const path of [...kept, ...gone]) {
      mkdirSync(dirname(folder.file(path)), { recursive: true })
      writeFileSync(folder.file(path), '')
    }
    const { status, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', script('prune-packages.ts'), folder.path], { encoding: 'utf8' })

    assert.equal(status, 0, stderr)
    assert.deepEqual(kept.filter(path => !existsSync(folder.file(path))), [])
    assert.deepEqual(gone.filter(path => existsSync(folder.file(path))), [])
  })

  test('are created by scripts that print their usage', () => {
    for (const [name, args] of [['prune-packages.ts', []], ['system-root.ts', []], ['system-root.ts', ['x']]] as const) {
      const { status, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', script(name), ...args], { encoding: 'utf8' })

      assert.equal(status, 64)
      assert.match(stderr, /^usage: node scripts\/supply\//)
    }
  })
})
