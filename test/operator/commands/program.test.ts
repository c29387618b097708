import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { TIMED_OUT } from '../../../operator/commands/access/run-in-cluster.ts'
import { addBundleCommand } from '../../../operator/commands/bundle/bundle-command.ts'
import { addCompletionCommand } from '../../../operator/commands/completion/completion-command.ts'
import { addCrawlNowCommand } from '../../../operator/commands/crawl-now/crawl-now-command.ts'
import { addJobCommand } from '../../../operator/commands/job-command.ts'
import { addLogsCommand } from '../../../operator/commands/logs/logs-command.ts'
import { addPlanCommand } from '../../../operator/commands/plan-command.ts'
import { kubectlProgram } from '../../../operator/commands/program.ts'
import { addStatusCommand } from '../../../operator/commands/status/status-command.ts'

const PROGRAM = fileURLToPath(new URL('../../../operator/commands/main.ts', import.meta.url))

function run (...args: string[]): { status: number | null, stderr: string } {
  return spawnSync(process.execPath, [PROGRAM, ...args], { encoding: 'utf8', env: { ...process.env, KUBECONFIG: '/nonexistent/config' } })
}

suite('kubectl peerprobe', () => {
  test('teaches each subcommand by examples and exit codes', () => {
    const { commands } = kubectlProgram()
    const added = new Command()
    for (const add of [addStatusCommand, addPlanCommand, addCrawlNowCommand, addLogsCommand, addBundleCommand, addJobCommand, addCompletionCommand]) {
      add(added)
    }
    assert.deepEqual(commands.map(command => command.name()), added.commands.map(command => command.name()))

    for (const command of commands) {
      let text = ''
      command.configureOutput({ writeOut: (part) => {
        text += part
      } })
      command.outputHelp()
      assert.match(text, /\nExamples?:\n/, command.name())
      assert.ok(command.name() === 'completion' || /\nExit codes:\n {2}0 {3}.*\n/.test(text), command.name())
      assert.equal(text.includes('--wait'), text.includes(`\n  ${String(TIMED_OUT)}   --wait`), command.name())
    }
  })

  test('takes cluster and namespace in every subcommand that asks a cluster: kubectl hands a plugin none of its own options', () => {
    for (const command of kubectlProgram().commands.filter(sub => sub.name() !== 'completion')) {
      const flags = command.options.map(({ long }) => long)
      assert.deepEqual(['--namespace', '--context', '--kubeconfig'].filter(flag => !flags.includes(flag)), [], command.name())
    }
  })

  test('ends with 64 and names the option where it was asked wrongly', () => {
    const cases: [string[], RegExp][] = [
      [['status', '--timeout', 'soon'], /--timeout.*must be a duration/],
      [['status', '-o', 'xml'], /--output.*Allowed choices are text, json, yaml/],
      [['logs', 'amino', '--tail', '-1'], /--tail.*whole number/],
      [['crawl-now'], /missing required argument 'name'/],
      [['nonsense'], /unknown command 'nonsense'/],
      [['status', '--kubeconfig', '/nonexistent'], /--kubeconfig: the file cannot be read.*\(PP_CONFIG_INVALID\)/],
      [['logs', 'amino'], /KUBECONFIG: the file cannot be read.*\(PP_CONFIG_INVALID\)/]
    ]

    for (const [args, words] of cases) {
      const { status, stderr } = run(...args)
      assert.deepEqual([status, words.test(stderr)], [64, true], `${args.join(' ')}: ${stderr}`)
    }
    assert.match(execFileSync(process.execPath, [PROGRAM, '--version'], { encoding: 'utf8' }), /^\d+\.\d+\.\d+\n$/)
  })
})
