// The chart as people install it, with a real Kafka, MariaDB and Prometheus: every command of the runbooks is run as it is
// written, and faults are injected until the alerts for them fire on the real series, several at once where they do not disturb
// one another. Durations of the rules are divided by 60, so that minutes are seconds; nothing else of them is changed.
// ../monitoring/ has the faults of networks, disks, and of an operator's API server.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { delimiter, dirname } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ObservedLab, missingLab } from '../../support/alerts/observed-lab.ts'
import { alertsOf, metricsIn } from '../../support/alerts/promtool-cases.ts'
import { untilSilent } from '../../support/alerts/until-silent.ts'
import { enterNodeNetwork } from '../../support/cluster/runner/node-network.ts'
import { beginsAs, stepsOf } from '../../support/documents/guide.ts'
import { KAD_PROTOCOL } from '../../support/network/peer-fixtures.ts'
import { monitoringProgram } from '../../support/servers/promtool.ts'
import { until } from '../../support/until.ts'

const RUNBOOKS = new URL('../../../docs/runbooks/', import.meta.url)
const LIMIT_MS = 240_000

// Kafka's own.
const DEFAULT_LIMIT = 1_048_588

if (missingLab === undefined) {
  enterNodeNetwork(import.meta.filename)
}

suite('an installed chart that Prometheus observes', missingLab === undefined ? {} : { skip: missingLab }, () => {
  let lab: ObservedLab

  before(async () => {
    lab = await ObservedLab.open()
  })
  after(async () => {
    await lab[Symbol.asyncDispose]()
  })

  const waitUntil = async (what: string, condition: (firing: readonly string[]) => boolean): Promise<void> => {
    try {
      await until(what, async () => condition(await lab.firing()), LIMIT_MS)
    } catch (err) {
      throw new TypeError(`${what}: ${await lab.describe()}`, { cause: err })
    }
  }
  const fires = async (...names: string[]): Promise<void> => {
    for (const name of names) {
      await waitUntil(`${name} fires`, firing => firing.includes(name))
    }
  }
  const isSilent = async (...names: string[]): Promise<void> => {
    await waitUntil(`silent: ${names.join() || 'all'}`, firing => names.length === 0 ? firing.length === 0 : !firing.some(name => names.includes(name)))
  }

  test('fires no alert where all is well', async () => {
    // The first of the backups that are made each minute.
    await lab.prometheus.waitFor('peerprobe_operator_backup_last_success_timestamp_seconds > 0', undefined, LIMIT_MS)
    await lab.prometheus.waitFor('count_over_time(peerprobe:consumer_lag_messages:sum[10m]) > 30', undefined, LIMIT_MS)
    // An hour of the rules.
    await untilSilent(lab.prometheus, 60, LIMIT_MS)
  })

  test('has every series that the alerts ask for, but those that a larger network, place files or routing tables give', async () => {
    const rules = readFileSync(new URL('../../../helm/peerprobe/rules.yaml', import.meta.url), 'utf8')
    const missing: string[] = []

    for (const name of new Set(alertsOf(rules).flatMap(({ expr }) => metricsIn(expr)))) {
      missing.push(...(await lab.prometheus.seen(name)).length === 0 ? [name] : [])
    }

    const shares = ['agent_family', 'as', 'cloud'].map(name => `peerprobe:crawler_${name}_share:ratio`)
    assert.deepEqual(missing.toSorted(), [...shares, 'peerprobe_consumer_edge_outage', 'peerprobe_crawler_population_keyspace_outlier_ratio'])
  })

  test('answers every command of the runbooks as they say', async () => {
    const pages = readdirSync(RUNBOOKS).filter(name => name !== 'README.md')
    // Each once, of those that several pages have.
    const steps = new Map(pages.flatMap(page => stepsOf(fileURLToPath(new URL(page, RUNBOOKS))).map(({ commands, prints = '' }) => [`${commands}${prints.split('\n')[0]!}`, { commands, prints, page }])))
    assert.ok(steps.size > 20)

    for (const { commands, prints, page } of steps.values()) {
      let end = { code: 1, stdout: '', stderr: '' }
      // Where a scrape took too long on a busy machine, its series are gone until the next one.
      await until(`${page} prints what it says`, async () => {
        end = await shell(commands)
        return end.code === 0 && beginsAs(end.stdout, prints)
      }).catch((cause: unknown) => {
        throw new TypeError(`${page}: ${commands}\nprints\n${end.stdout}${end.stderr}\nand not\n${prints}`, { cause })
      })
    }
  })

  const shell = async (command: string): Promise<{ code: number, stdout: string, stderr: string }> => {
    const PATH = [lab.kubectl.folder, dirname(monitoringProgram('promtool')), process.env['PATH'] ?? ''].join(delimiter)

    return await new Promise((resolve) => {
      execFile('bash', ['-c', command], { timeout: LIMIT_MS, env: { ...process.env, PATH, PROMETHEUS: lab.prometheus.url, DB: lab.databaseCommand } }, (err, stdout, stderr) => {
        resolve({ code: err === null ? 0 : Number(err.code ?? 1), stdout, stderr })
      })
    })
  }

  suite('while the database is gone', { concurrency: true }, () => {
    before(async () => {
      await lab.faults.sql.kill()
    })
    after(async () => {
      await lab.faults.sql.start()
      await isSilent()
    })

    test('says that nothing can be stored, that nothing is, and that the PeerProbe is not ready', async () => {
      await fires('PeerProbeConsumerOutage', 'PeerProbeNoCommit', 'PeerProbeNotReady')
    })

    test('says that more and more messages wait', async () => {
      await lab.faults.publishVisits(async () => (await lab.firing()).includes('PeerProbeLagGrowing'))
    })

    test('says that the peers that are met serve another protocol, until they serve that of the scan', async () => {
      await lab.faults.move({ from: KAD_PROTOCOL, to: '/another/kad/1.0.0' })
      await fires('PeerProbeForeignProtocol')
      await lab.faults.move({ from: '/another/kad/1.0.0', to: KAD_PROTOCOL })
      await isSilent('PeerProbeForeignProtocol')
    })
  })

  test('fires where somebody writes something other than visits to the topic, and where a second session locks the rows of peers', async () => {
    await lab.faults.publishPoison(500)
    await fires('PeerProbeDeadLettersArrive', 'PeerProbeDeadLetters')
    // Among enough visits those are no fifth any more.
    await lab.faults.lockRows(async () => {
      const firing = await lab.firing()

      return firing.includes('PeerProbeDatabaseRetries') && !firing.includes('PeerProbeDeadLetters')
    })
    const conflicts = await lab.prometheus.query('ALERTS{alertname="PeerProbeDatabaseRetries",alertstate="firing"}')
    assert.deepEqual(conflicts.map(({ labels }) => labels['cause']), ['conflict'])
  })

  suite('with limits of topics below what is sent', { concurrency: true }, () => {
    after(async () => {
      await lab.faults.limitMessages(DEFAULT_LIMIT, 'ipfs-nodes-dead-letters')
      await lab.faults.limitMessages(DEFAULT_LIMIT)
    })

    test('says that a message that is no visit cannot be put aside either, and then that it is passed, where somebody wants that', async () => {
      await lab.faults.limitMessages(10, 'ipfs-nodes-dead-letters')
      await lab.faults.publishPoison(1)
      await fires('PeerProbeConsumerOutage')
      assert.ok(!(await lab.firing()).includes('PeerProbeMessagesSkipped'))
      await lab.faults.skipRefused()
      await fires('PeerProbeMessagesSkipped')
      await isSilent('PeerProbeConsumerOutage')
    })

    test('says that the topic takes no message of the size of a visit', async () => {
      await lab.faults.limitMessages(200)
      await fires('PeerProbeMessagesRefused')
    })
  })

  suite('where several things happen that have nothing to do with one another', { concurrency: true }, () => {
    before(async () => {
      await isSilent('PeerProbeNotReady', 'PeerProbeConsumerOutage', 'PeerProbeNoCommit')
    })

    test('says that no dump can be written', async () => {
      await lab.faults.blockDumps(true)
      await fires('PeerProbeDumpOld')
      await lab.faults.blockDumps(false)
      await isSilent('PeerProbeDumpOld')
    })

    test('says that another topic is read in the group', async () => {
      await using rival = await lab.faults.joinGroup()
      assert.ok(rival)
      await fires('PeerProbeGroupConflict', 'PeerProbePartitionUnread')
    })

    test('says that a PeerProbe may not use its Secret any more', async () => {
      await lab.faults.changes('label', 'secret', 'mysql', '-n', 'peerprobe', 'peerprobe.dev/use-')
      await fires('PeerProbeNotReady')
      assert.match(await lab.describe(), /peerprobe\.dev\/use/)
      await lab.faults.changes('label', 'secret', 'mysql', '-n', 'peerprobe', 'peerprobe.dev/use=true')
    })

    test('says that the bootstrap peers are gone', async () => {
      await lab.faults.stopBootstrapPeer()
      await fires('PeerProbeBootstrapUnreachable')
    })
  })

  suite('while Kafka is gone', { concurrency: true }, () => {
    before(async () => {
      await lab.faults.kafka.kill(1)
    })
    after(async () => {
      await lab.faults.kafka.start(1)
      await isSilent('PeerProbePublishingStopped', 'PeerProbeNoCommit')
    })

    test('says that nothing is published, and that no crawl ends', async () => {
      await fires('PeerProbePublishingStopped', 'PeerProbeCrawlOverdue')
    })

    test('says that somebody else holds the lease', async () => {
      const holding = lab.faults.holdLease()
      await fires('PeerProbeOperatorNoLeader')
      await holding.end()
    })
  })

  test('fires where the operator is gone, and where all consumers are', async () => {
    await lab.faults.changes('scale', 'deployment', 'probe-operator', '-n', 'peerprobe-system', '--replicas=0')
    // An operator would start them again.
    await until('no operator runs', async () => await lab.faults.operators() === 0, LIMIT_MS)
    await lab.faults.changes('scale', 'deployment', 'amino-consumer', '-n', 'peerprobe', '--replicas=0')
    await fires('PeerProbeOperatorDown', 'PeerProbeNoCommit')
    await lab.faults.changes('scale', 'deployment', 'probe-operator', '-n', 'peerprobe-system', '--replicas=1')
    await isSilent('PeerProbeOperatorDown', 'PeerProbeNoCommit')
  })
})
