import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { actionlint } from '../../scripts/provision/go-programs.ts'
import { TempFolder } from '../support/temp-folder.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const found = actionlint.find()
// What else is installed on a machine does not matter.
const ARGS = ['-no-color', '-shellcheck=', '-pyflakes=']

suite('the workflows', 'missing' in found ? { skip: found.missing } : {}, () => {
  const program = 'at' in found ? found.at : ''
  const files = globSync('.github/workflows/*.yml', { cwd: ROOT })

  test('are what actionlint takes', () => {
    assert.ok(files.length >= 2)
    assert.equal(execFileSync(program, [...ARGS, ...files], { cwd: ROOT, encoding: 'utf8' }), '')
  })

  test('are read by actionlint: an expression that means nothing is found in each of them', () => {
    using folder = new TempFolder()
    mkdirSync(folder.file('.github/workflows'), { recursive: true })

    for (const file of files) {
      writeFileSync(folder.file(file), readFileSync(`${ROOT}/${file}`, 'utf8').replace(/^permissions:/m, 'run-name: ${{ github.nothing }}\npermissions:'))
      const { status, stdout } = spawnSync(program, [...ARGS, folder.file(file)], { encoding: 'utf8' })

      assert.deepEqual([status, stdout.includes('property "nothing" is not defined')], [1, true], stdout)
    }
  })
})
