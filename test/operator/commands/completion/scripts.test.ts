import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { printCompletions } from '../../../../operator/commands/completion/print-completions.ts'
import { COMPLETE, SCRIPTS } from '../../../../operator/commands/completion/scripts.ts'
import { kubectlProgram } from '../../../../operator/commands/program.ts'
import { TempFolder } from '../../../support/temp-folder.ts'

const PROGRAM = fileURLToPath(new URL('../../../../operator/commands/main.ts', import.meta.url))
const FOR_KUBECTL = fileURLToPath(new URL('../../../../operator/commands/kubectl-complete/main.ts', import.meta.url))

// What bash would offer at the end of a line.
function inBash (folder: TempFolder, line: string): string[] {
  const script = `source <(kubectl-peerprobe completion bash)
COMP_LINE=$1 COMP_POINT=\${#1}
_kubectl_peerprobe
printf '%s\\n' "\${COMPREPLY[@]}"`
  const env = { ...process.env, PATH: `${folder.path}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, KUBECONFIG: folder.file('none') }

  return execFileSync('bash', ['-c', script, 'bash', `kubectl-peerprobe ${line}`], { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] }).trim().split('\n').filter(text => text !== '')
}

suite('the scripts of shells', () => {
  test('complete in a real bash, with what the program says', () => {
    using folder = new TempFolder()
    symlinkSync(PROGRAM, folder.file('kubectl-peerprobe'))

    assert.deepEqual(inBash(folder, 'cra'), ['crawl-now'])
    assert.deepEqual(inBash(folder, 'status --output '), ['text', 'json', 'yaml'])
    assert.ok(inBash(folder, 'logs amino --').includes('--previous'))
    assert.deepEqual(inBash(folder, 'status '), []) // no cluster in reach: nothing, and no noise
  })

  test('are answered to kubectl in the form that it reads', () => {
    const answer = execFileSync(process.execPath, [FOR_KUBECTL, 'status', '-o', ''], { encoding: 'utf8' })

    assert.equal(answer, 'text\njson\nyaml\n:4\n')
    assert.equal(execFileSync(process.execPath, [PROGRAM, COMPLETE, 'plan', '-f', ''], { encoding: 'utf8' }), ':0\n')
  })

  test('have no names where no cluster answers, say why on standard error alone, and do not fail', async (t) => {
    const [out, err] = [[] as string[], [] as string[]]
    t.mock.method(process.stdout, 'write', (text: string) => out.push(text) > 0)
    t.mock.method(process.stderr, 'write', (text: string) => err.push(text) > 0)
    await printCompletions(kubectlProgram(), ['status', '--kubeconfig', '/nonexistent', ''])
    t.mock.restoreAll()

    assert.deepEqual(out, [':4\n'])
    assert.match(err.join(''), /^kubectl-peerprobe: --kubeconfig: the file cannot be read/)
  })

  test('are scripts that bash can read, and ask the program in each shell', () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('script'), SCRIPTS.bash)
    execFileSync('bash', ['-n', folder.file('script')])

    for (const script of Object.values(SCRIPTS)) {
      assert.ok(script.includes(`kubectl-peerprobe ${COMPLETE} `))
    }
  })
})
