// The scripts that complete `kubectl-peerprobe`, in the shells themselves: what these make of a line when somebody presses Tab.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { shells } from '../../scripts/provision/shells.ts'
import { TempFolder } from '../support/temp-folder.ts'

const PROGRAM = fileURLToPath(new URL('../../operator/commands/main.ts', import.meta.url))
const found = shells.find()

// Names of contexts of EKS have colons. None is the current one: then people need the completion.
const KUBECONFIG = {
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
  users: [{ name: 'u', user: {} }],
  contexts: ['arn:aws:eks:here', 'plain'].map(name => ({ name, context: { cluster: 'c', user: 'u' } }))
}

// A zsh in a terminal, whose Tab prints the line that it makes.
const ZSH = `zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PROMPT='' RPROMPT=''; autoload -U compinit; compinit -u -D; source <(kubectl-peerprobe completion zsh); setopt no_list_beep no_beep"
zpty -w z 'tabbed() { zle expand-or-complete; print -r -- "<<<$BUFFER>>>" }; zle -N tabbed; bindkey "^I" tabbed; print -r -- ALL""READY'
zpty -r z out '*ALLREADY*'
zpty -w -n z "$1"$'\\t'
zpty -r z out '*<<<*>>>*'
print -r -- "\${\${out##*<<<}%%>>>*}"
zpty -d z`

suite('completion in shells', { skip: 'missing' in found ? found.missing : false }, () => {
  const folder = new TempFolder()

  before(() => {
    symlinkSync(PROGRAM, folder.file('kubectl-peerprobe'))
    writeFileSync(folder.file('kubeconfig'), JSON.stringify(KUBECONFIG))
    writeFileSync(folder.file('manifest.yaml'), '')
  })
  after(() => {
    folder[Symbol.dispose]()
  })

  const run = (program: string, args: readonly string[]): string => {
    const env = { PATH: `${folder.path}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, HOME: folder.path, KUBECONFIG: folder.file('kubeconfig'), TERM: 'dumb' }

    return execFileSync(program, args, { encoding: 'utf8', cwd: folder.path, env, stdio: ['ignore', 'pipe', 'ignore'], timeout: 120_000 })
  }
  const inZsh = (line: string): string => run('zsh', ['-f', '-c', ZSH, 'zsh', `kubectl-peerprobe ${line}`]).trim()
  const inFish = (line: string): string[] => run('fish', ['--no-config', '-c', `source (kubectl-peerprobe completion fish | psub); complete -C "$argv[1]"`, `kubectl-peerprobe ${line}`])
    .trim().split('\n').map(text => text.split('\t')[0]!)
  // An interactive bash, whose own machinery calls the script.
  const inBash = (line: string, setting = ''): string => run('bash', ['--norc', '-c', `source <(kubectl-peerprobe completion bash)
${setting}
COMP_LINE=$1 COMP_POINT=\${#1}; _kubectl_peerprobe; printf '%s\\n' "\${COMPREPLY[@]}"`, 'bash', `kubectl-peerprobe ${line}`]).trim()

  test('zsh completes subcommands, options, their values, contexts with colons, and files', () => {
    assert.equal(inZsh('cra'), 'kubectl-peerprobe crawl-now')
    assert.equal(inZsh('logs amino --prev'), 'kubectl-peerprobe logs amino --previous')
    assert.equal(inZsh('status --output j'), 'kubectl-peerprobe status --output json')
    assert.equal(inZsh('status --context arn'), 'kubectl-peerprobe status --context arn:aws:eks:here')
    assert.equal(inZsh('status --context arn:aw'), 'kubectl-peerprobe status --context arn:aws:eks:here')
    assert.equal(inZsh('status --context=arn:aw'), 'kubectl-peerprobe status --context=arn:aws:eks:here')
    assert.equal(inZsh('status --output=j'), 'kubectl-peerprobe status --output=json')
    assert.equal(inZsh('plan --filename=man'), 'kubectl-peerprobe plan --filename=manifest.yaml')
    assert.equal(inZsh('plan -f man'), 'kubectl-peerprobe plan -f manifest.yaml')
  })

  test('fish offers them, with what each does', () => {
    assert.deepEqual(inFish('cra'), ['crawl-now'])
    assert.deepEqual(inFish('logs amino --prev'), ['--previous'])
    assert.deepEqual(inFish('status --output ').toSorted(), ['json', 'text', 'yaml'])
    assert.deepEqual(inFish('status --context '), ['arn:aws:eks:here', 'plain'])
    assert.deepEqual(inFish('status --context=arn'), ['--context=arn:aws:eks:here'])
    assert.deepEqual(inFish('plan -f man'), ['manifest.yaml'])
    assert.deepEqual(inFish('plan --filename=man'), ['--filename=manifest.yaml'])
    assert.match(run('fish', ['--no-config', '-c', 'source (kubectl-peerprobe completion fish | psub); complete -C "kubectl-peerprobe cra"']), /^crawl-now\t\w+/)
  })

  test('bash completes contexts with colons from where it splits words', () => {
    assert.equal(inBash('status --context '), 'arn:aws:eks:here\nplain')
    assert.equal(inBash('status --context arn:a'), 'aws:eks:here')
    assert.equal(inBash('crawl-n'), 'crawl-now')
  })

  test('bash completes values after an equals sign, whatever it splits words at', () => {
    assert.equal(inBash('status --context='), 'arn:aws:eks:here\nplain')
    assert.equal(inBash('status --context=pl'), 'plain')
    assert.equal(inBash('status --context=arn:a'), 'aws:eks:here')
    assert.equal(inBash('status --output=j'), 'json')

    const [noColon, noEquals, neither] = [':', '=', ':='].map(characters => `COMP_WORDBREAKS=$(printf %s "$COMP_WORDBREAKS" | tr -d '${characters}')`)
    assert.equal(inBash('status --context arn:a', noColon), 'arn:aws:eks:here')
    assert.equal(inBash('status --context=arn:a', noColon), 'arn:aws:eks:here')
    assert.equal(inBash('status --context=arn:a', noEquals), 'aws:eks:here')
    assert.equal(inBash('status --context=pl', noEquals), '--context=plain')
    assert.equal(inBash('status --context=arn:a', neither), '--context=arn:aws:eks:here')
  })
})
