import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { Command } from 'commander'
import { deriveStoredSessions } from '../../../cli/sessions/derive-stored-sessions.ts'
import { printSessions } from '../../../cli/sessions/print-sessions.ts'
import { addSessionsCommand } from '../../../cli/sessions/sessions-command.ts'
import { readSessionFigures } from '../../../consumer/figures/session-figures.ts'
import { openStore } from '../../../consumer/store/open-store.ts'
import { isProbeError } from '../../../core/errors.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { runCli } from '../../support/cli/run-cli.ts'
import { CRAWL_ID, crawlOf, failedVisitOf, PEERS, visitOf } from '../../support/consumer/messages.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import type { SessionFigures } from '../../../consumer/figures/session-figures.ts'
import type { CliEnd } from '../../support/cli/run-cli.ts'

const HOUR_S = 3_600
const HOURS = [0, 1, 2, 3, 4, 5, 6, 7, 8]
const at = (hour: number): string => new Date((CRAWL_ID + hour * HOUR_S) * 1_000).toISOString()
const WINDOW = ['--since', at(0), '--until', at(8)]

// One peer is always there, the other from the second hour to the fourth.
const isThere = (peer: number, hour: number): boolean => peer === 0 || (hour >= 2 && hour <= 4)
const of = (hour: number): { crawlId: number, startedAt: string, vantage: string } => ({ crawlId: CRAWL_ID + hour * HOUR_S, startedAt: at(hour), vantage: 'eu' })
const VISITS = HOURS.flatMap(hour => [0, 1].map(peer => (isThere(peer, hour) ? visitOf : failedVisitOf)({ ...of(hour), nodeId: PEERS[peer]! })))
const finishedAt = (hour: number): string => new Date((CRAWL_ID + hour * HOUR_S + 600) * 1_000).toISOString()
const CRAWLS = HOURS.map(hour => crawlOf({ ...of(hour), disturbed: false, confirmationsLeftOut: 0, finishedAt: finishedAt(hour) }))

suite('sessions', () => {
  let folder: TempFolder
  const run = async (...args: string[]): Promise<CliEnd> => await runCli(['sessions', ...args, '--data', folder.file('run/peerprobe.sqlite')])

  before(async () => {
    folder = new TempFolder()
    const path = folder.file('run/peerprobe.sqlite')
    mkdirSync(dirname(path))
    await using store = await openStore({ sqlite: { path } }, { clock: systemClock }, { coalesceWindowMs: 0 })
    await store.migrate()
    await store.write({ visits: VISITS, crawls: CRAWLS })
  })
  after(() => {
    folder[Symbol.dispose]()
  })

  test('says what to do while there are none, derives them, and shows the figures that the store has', async () => {
    assert.equal((await run()).stdout, 'no session is stored yet: peerprobe sessions derive makes them from the visits\n')
    assert.equal((await run('derive')).stdout, '2 peers looked at, 2 sessions written, 0 removed because of their age\n')
    const { code, stdout } = await run('--json', ...WINDOW)
    const { since, until, networks } = JSON.parse(stdout) as { since: string, until: string, networks: SessionFigures[] }
    await using store = await openStore({ sqlite: { path: folder.file('run/peerprobe.sqlite') } }, { clock: systemClock }, { coalesceWindowMs: 0 })
    const expected = await readSessionFigures(store, { fromMs: Date.parse(at(0)), toMs: Date.parse(at(8)) }, new AbortController().signal)

    assert.equal(code, 0)
    assert.deepEqual({ since, until, networks }, { since: at(0), until: at(8), networks: expected })
    assert.deepEqual(networks.map(({ network, vantage, sessions, censoredShare }) => [network, vantage, sessions, censoredShare]), [['ipfs', 'eu', 2, 0.5]])
    assert.equal(networks[0]!.peers.online, 1)
    assert.equal(networks[0]!.peers['one-off'], 1)
  })

  test('shows medians with both bounds, classes and a curve; show is the default', async () => {
    const { code, stdout } = await run(...WINDOW)

    assert.equal(code, 0)
    assert.deepEqual(await run('show', ...WINDOW), { code, stdout, stderr: '' })
    assert.match(stdout, /^From \S+ to \S+\n\nipfs, seen from eu\n {2}Observed +\S+ to \S+\n {2}Sessions +2; begin or end unknown: 50 %\n {2}Missed +about \d+ % of all sessions fell between two visits\n/)
    assert.match(stdout, /\n {2}Length +median 3\.0 h \(at least 2\.0 h, at most (4\.0 h|beyond the window)\); 1 sessions that began in the first half\n/)
    assert.match(stdout, /\n {2}Availability +online 1 \(50 %\), /)
    assert.match(stdout, /\n {2}Peers +online 1 \(50 %\), .*one-off 1 \(50 %\)/)
    assert.match(stdout, /\n {2}LONGER THAN +AT LEAST +AT MOST\n( {2}\S+ (s|min|h) +\d+ % +\d+ %\n){10}$/)
  })

  test('counts nobody as offline before the first crawl', async () => {
    const long = ['--since', at(-24 * 20), '--until', at(24)]
    const { networks: [figures] } = JSON.parse((await run('--json', ...long)).stdout) as { networks: SessionFigures[] }

    assert.deepEqual(figures!.observed, { fromMs: Date.parse(at(0)), toMs: Date.parse(at(8)), downMs: 0 })
    assert.deepEqual([figures!.availability.online, figures!.peers.online, figures!.peers['one-off']], [1, 1, 1])
    assert.match((await run(...long)).stdout, /\n {2}Availability +online 1 \(50 %\), .*\n {2}Peers +online 1 \(50 %\)/)
  })

  test('refuses an empty window and an invalid age, and names the option', async () => {
    for (const [args, words] of [[['--since', at(8), '--until', at(0)], /--since must be before --until/], [['--since', 'x'], /--since.*must be a time/], [['derive', '--keep', '0h'], /--keep.*must be a duration/]] as const) {
      const { code, stderr } = await run(...args)
      assert.equal(code, 64)
      assert.match(stderr, words)
    }
    await assert.rejects(printSessions({ since: 2, until: 1, json: true }, new AbortController().signal), err => isProbeError(err, 'PP_CONFIG_INVALID'))
  })

  test('derive removes sessions by age only where that is asked for', async (t) => {
    assert.equal((JSON.parse((await run('derive', '--json')).stdout) as { expired: number }).expired, 0)
    const written: string[] = []
    t.mock.method(process.stdout, 'write', (text: string) => written.push(text) > 0)
    await deriveStoredSessions({ data: folder.file('run/peerprobe.sqlite'), keep: 3_600_000, json: true }, new AbortController().signal)
    t.mock.restoreAll()

    assert.equal((JSON.parse(written.join('')) as { expired: number }).expired, 2)
  })

  test('is a command of its own', () => {
    const program = new Command()
    addSessionsCommand(program)

    assert.deepEqual(program.commands[0]!.commands.map(command => command.name()), ['show', 'derive'])
  })
})
