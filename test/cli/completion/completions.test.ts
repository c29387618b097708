import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { suite, test } from 'node:test'
import { Command } from 'commander'
import { addCompletionCommand } from '../../../cli/completion/completion-command.ts'
import { completionsOf } from '../../../cli/completion/completions.ts'
import { printCompletions } from '../../../cli/completion/print-completions.ts'
import { peerprobeProgram } from '../../../cli/program.ts'
import { cliSandbox } from '../../support/cli/cli-sandbox.ts'

const complete = (...words: string[]): string[] => {
  const { candidates, isFile } = completionsOf(peerprobeProgram(), words, { networks: () => ['ipfs', 'filecoin'] })

  return [...candidates.map(({ value }) => value), ...isFile ? ['(files)'] : []]
}

suite('completionsOf', () => {
  test('knows commands, also of a group, and what they do', () => {
    assert.deepEqual(complete('net'), ['networks'])
    assert.deepEqual(complete('offsets', ''), ['describe', 'reset'])
    assert.deepEqual(complete('nonsense', ''), [])
    assert.ok(completionsOf(peerprobeProgram(), [''], { networks: () => [] }).candidates.every(({ description = '' }) => description.length > 10))
  })

  test('knows options, their values, and where a file may stand', () => {
    assert.deepEqual(complete('offsets', 'reset', '--to-e'), ['--to-earliest'])
    assert.deepEqual(complete('check', 'x', '--addresses', 'P'), ['Public', 'Private'])
    assert.deepEqual(complete('run', '--network', ''), ['ipfs', 'filecoin'])
    assert.deepEqual(complete('nodes', '--data', ''), ['(files)'])
    assert.deepEqual(complete('run', ''), ['(files)'])
    assert.deepEqual(complete('schema', 'v'), ['visit'])
    assert.deepEqual(complete('nodes', '--limit', ''), [])
    assert.deepEqual(complete('--con'), [])
  })
})

suite('the scripts of shells', () => {
  test('complete in a real bash, with what the program says', async () => {
    using sandbox = await cliSandbox()
    const inBash = (...words: string[]): string[] => execFileSync('bash', ['-c', `source <(peerprobe completion bash)
COMP_LINE='peerprobe ${words.join(' ')}'
COMP_POINT=\${#COMP_LINE}
_peerprobe
printf '%s\\n' "\${COMPREPLY[@]}"`], { encoding: 'utf8', env: sandbox.env, stdio: ['ignore', 'pipe', 'ignore'] }).trim().split('\n')

    assert.deepEqual(inBash('dead-letters', 'r'), ['replay'])
    assert.deepEqual(inBash('run', '--network', 'ku'), ['kusama'])
    assert.deepEqual(inBash('run', '--network=ku'), ['kusama'])
  })

  test('are printed by a command, and answered in the form that they read', (t) => {
    const program = new Command('peerprobe')
    addCompletionCommand(program)
    const printed: string[] = []
    t.mock.method(process.stdout, 'write', (text: string) => printed.push(text) > 0)
    for (const shell of ['bash', 'zsh', 'fish']) {
      program.parse(['completion', shell], { from: 'user' })
    }
    printCompletions(peerprobeProgram(), ['schema', 'vis'])
    t.mock.restoreAll()

    assert.equal(printed.length, 4)
    assert.ok(printed.slice(0, 3).every(script => script.includes('peerprobe __complete ') && !script.includes('kubectl')), printed[0])
    assert.equal(printed[3], 'visit\n:4\n')
  })
})
