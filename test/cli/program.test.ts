import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { suite, test } from 'node:test'
import { Command } from 'commander'
import { exitCodesOf, helpOf } from '../../cli/command/command-help.ts'
import { leavesOf } from '../../cli/command/command-tree.ts'
import { EXIT_CODES } from '../../cli/command/exit-codes.ts'
import { addConvertCommand } from '../../cli/convert/convert-command.ts'
import { addNetworksCommand } from '../../cli/describe/networks-command.ts'
import { addSchemaCommand } from '../../cli/describe/schema-command.ts'
import { peerprobeProgram } from '../../cli/program.ts'
import { addCrawlsCommand } from '../../cli/read/crawls-command.ts'
import { addDiffCommand } from '../../cli/read/diff-command.ts'
import { addNodesCommand } from '../../cli/read/nodes-command.ts'
import { addSummaryCommand } from '../../cli/read/summary-command.ts'
import { addRunCommand } from '../../cli/run/run-command.ts'
import { addSessionsCommand } from '../../cli/sessions/sessions-command.ts'
import { addDeadLettersCommand } from '../../cli/topics/dead-letters-command.ts'
import { addOffsetsCommand } from '../../cli/topics/offsets-command.ts'
import { addMigrateCommand } from '../../cli/upkeep/migrate-command.ts'
import { addRetentionCommand } from '../../cli/upkeep/retention-command.ts'
import { runOptionsOf } from '../../local/options.ts'
import { cliSandbox } from '../support/cli/cli-sandbox.ts'
import { runCli } from '../support/cli/run-cli.ts'

const leaves = leavesOf(peerprobeProgram())

suite('peerprobe', () => {
  test('has the commands that its parts add', () => {
    const parts = new Command('peerprobe')
    const reading = [addSummaryCommand, addNodesCommand, addCrawlsCommand, addDiffCommand, addSessionsCommand, addConvertCommand]
    const others = [addRunCommand, addNetworksCommand, addSchemaCommand, addDeadLettersCommand, addOffsetsCommand, addMigrateCommand, addRetentionCommand]
    for (const add of [...reading, ...others]) {
      add(parts)
    }

    assert.deepEqual(leavesOf(parts).map(({ name }) => name).filter(name => !leaves.some(leaf => leaf.name === name)), [])
  })

  test('explains every command: what it does, each option, examples of its own, exit codes', () => {
    for (const { name, command } of leaves) {
      const help = helpOf(command)
      assert.ok(help !== undefined && help.examples.length > 0, name)
      assert.ok(command.description().length > 10, name)
      assert.ok(command.options.every(({ description }) => description.length > 5), name)
      assert.ok(help.examples.every(({ run, does }) => (run === name || run.startsWith(`${name} `)) && does.length > 5), name)
      assert.deepEqual(exitCodesOf(help).slice(0, 2).map(([code]) => code), ['0', '1'], name)
    }
    assert.deepEqual(Object.keys(EXIT_CODES), ['0', '1', '64'])
  })

  test('shows notes, examples and exit codes in the help of a command', async () => {
    const { code, stdout } = await runCli(['offsets', 'reset', '--help'])
    assert.equal(code, 0)
    assert.match(stdout, /Messages that are read again change nothing[^]*Examples:\n {2}# read all kept messages again\n {2}peerprobe offsets reset [^]*Exit codes:\n {2}0 .*\n {2}1 .*\n {2}64 /)
  })

  test('suggests a command for a misspelt one, and exits 64 for whatever is asked wrongly', async () => {
    for (const [args, words] of [[['netwroks'], /Did you mean networks\?/], [['networks', '--jsn'], /Did you mean --json\?/], [['offsets', 'rest'], /Did you mean reset\?/], [['schema'], /missing required argument/], [['dead-letters', 'list', '--limit', '0'], /--limit.*from 1 to/]] as const) {
      const { code, stderr } = await runCli(args)
      assert.equal(code, 64, args.join(' '))
      assert.match(stderr, words)
    }
  })

  test('takes a configuration file before the command, as earlier versions did', async () => {
    const { code, stderr } = await runCli(['--config', '/nowhere.json', 'offsets', 'describe'])
    assert.equal(code, 64)
    assert.match(stderr, /nowhere\.json: ENOENT.*\(PP_CONFIG_INVALID\)\n$/)
  })

  test('ends silently when nobody reads its output any more', () => {
    const { stdout, stderr } = spawnSync('bash', ['-c', `"${process.execPath}" cli/main.ts schema mysql | head -1; echo "\${PIPESTATUS[0]}"`], { encoding: 'utf8' })
    assert.match(stdout, /^-- migration 1: initial\n0\n$/)
    assert.equal(stderr, '')
  })
})

suite('the examples of the help', () => {
  const all = leaves.flatMap(({ name, command }) => (helpOf(command)?.examples ?? []).map(({ run }) => ({ name, run })))
  // These reach peers: the tests of the local runner and of `check` start them.
  const reachesPeers = ({ name }: { name: string }): boolean => name === 'peerprobe run' || name === 'peerprobe check'
  const isRun = ({ name }: { name: string }): boolean => name === 'peerprobe run'

  test('run as they are', async () => {
    using sandbox = await cliSandbox()

    for (const { run } of all.filter(example => !reachesPeers(example))) {
      const { status, stdout, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', run], { cwd: sandbox.path, env: sandbox.env, encoding: 'utf8' })
      assert.equal(status, 0, `${run}\n${stderr}`)
      assert.notEqual(stdout, '', run)
    }
  })

  test('of run are valid', () => {
    for (const { run } of all.filter(isRun)) {
      const command = new Command('run')
      addRunCommand(command)
      const [parsed] = command.commands
      parsed!.action(() => undefined).exitOverride().parse(run.split(' ').slice(2), { from: 'user' })
      assert.equal(runOptionsOf(parsed!).json, false)
    }
  })
})
