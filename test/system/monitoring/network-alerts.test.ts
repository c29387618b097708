// The alerts on the network itself, and on disks, on the series of a real crawler and a real consumer: the population changes, and
// disks fill up. Durations of the rules are divided, so that a day is a minute; nothing else of them is changed.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { places } from '../../../helm/dashboards/population-places.ts'
import { fillVariables } from '../../../scripts/pictures/panel-answers.ts'
import { NetworkLab } from '../../support/alerts/network-lab.ts'
import { untilSilent } from '../../support/alerts/until-silent.ts'
import { enterNodeNetwork, missingNodeNetwork } from '../../support/cluster/runner/node-network.ts'
import { chartDashboards, panelsOf } from '../../support/dashboards/chart-panels.ts'
import { missingPrometheus } from '../../support/servers/promtool.ts'
import { until } from '../../support/until.ts'

const missing = missingNodeNetwork() ?? missingPrometheus
const LIMIT_MS = 240_000

// Alerts on who is in the network: on a busy machine others may fire as well.
const ON_NETWORK = /Population|AgentFamily|Coverage|Keyspace|Concentrated/

// The alert on peers that crowd looks at networks of 512 peers and more.
const PEERS = { lasting: 280, leaving: 280 }
const STRANGERS = 320

// Beyond the first 1,024 peers all have addresses of one cloud.
const HOSTED = { count: 480 }
const RARELY_MENTIONED = { count: 120, tables: 2 }
const CROWD = { count: 60, crowdedBits: 6 }

if (missing === undefined) {
  enterNodeNetwork(import.meta.filename)
}

suite('a network that changes, and disks that fill up', { skip: missing ?? false }, () => {
  let lab: NetworkLab

  before(async () => {
    lab = await NetworkLab.open(PEERS)
  })
  after(async () => {
    await lab[Symbol.asyncDispose]()
  })

  const fires = async (...names: string[]): Promise<void> => {
    for (const name of names) {
      await until(`${name} fires`, async () => (await lab.firing()).includes(name), LIMIT_MS)
    }
  }
  const isSilent = async (...names: string[]): Promise<void> => {
    await until(`silent: ${names.join()}`, async () => !(await lab.firing()).some(name => names.includes(name)), LIMIT_MS)
  }
  // Of each series, over all that the test has seen.
  const ever = async (): Promise<string[]> => (await lab.prometheus.query('count by (alertname) (count_over_time(ALERTS{alertstate="firing"}[1h]))')).map(({ labels }) => labels['alertname']!).toSorted()

  test('fire no alert in a day in which nothing happens', async () => {
    await lab.prometheus.waitFor('count_over_time(peerprobe:crawler_agent_family_share:ratio{agent_family="kubo"}[1h]) > 80', undefined, LIMIT_MS)
    await untilSilent(lab.prometheus, 60, LIMIT_MS)
  })

  test('are beside panels of places that all have data', async () => {
    const { prometheus } = lab
    const panels = panelsOf(chartDashboards().get('population')!).filter(({ title }) => places.panels.some(panel => panel.title === title))
    assert.equal(panels.length, places.panels.length)

    for (const { title, targets } of panels) {
      for (const { expr } of targets) {
        assert.ok((await prometheus.query(fillVariables(expr, '15s'))).length > 0 || title === 'Largest cloud', title)
      }
    }
  })

  // Disks have nothing to do with who is in the network.
  suite('where something happens', { concurrency: true }, () => {
    suite('to the network', { concurrency: 1 }, () => {
      test('fire where somebody starts many peers of another agent', async () => {
        await lab.network.join('strangers', { count: STRANGERS, agent: 'storm' })
        await fires('PeerProbePopulationJumped', 'PeerProbeAgentFamilyTakesOver')
        assert.deepEqual((await lab.prometheus.query('ALERTS{alertname="PeerProbeAgentFamilyTakesOver",alertstate="firing"}')).map(({ labels }) => labels['agent_family']), ['storm'])
        assert.deepEqual((await ever()).filter(name => ON_NETWORK.test(name)), ['PeerProbeAgentFamilyTakesOver', 'PeerProbePopulationJumped'])
      })

      test('fire where peers crowd at one key, and are silent once these are gone', async () => {
        await lab.network.join('crowd', CROWD)
        await fires('PeerProbeKeyspaceOutlier')
        await lab.network.leave('crowd')
        await isSilent('PeerProbeKeyspaceOutlier')
      })

      test('fire where most peers are gone', async () => {
        await lab.network.leave('strangers')
        await lab.network.leave('leaving')
        await fires('PeerProbePopulationFell')
      })

      test('fire where many peers stand in few routing tables', async () => {
        await lab.network.join('rarely-mentioned', RARELY_MENTIONED)
        await fires('PeerProbeCoverageLow')
        await lab.network.leave('rarely-mentioned')
      })

      test('fire where over half of the peers come to be in one autonomous system, which is a cloud\'s', async () => {
        await lab.network.join('hosted', HOSTED)
        await fires('PeerProbePeersConcentrated')
        await until('of the system and the cloud', async () => {
          const alerts = await lab.prometheus.query('ALERTS{alertname="PeerProbePeersConcentrated",alertstate="firing"}')

          return alerts.map(({ labels }) => labels['as'] ?? labels['cloud']).toSorted().join() === 'AS24940,Hetzner'
        }, LIMIT_MS)
        await lab.network.leave('hosted')
      })
    })

    test('fire where messages with routing tables are lost', async () => {
      await lab.loseTables(4)
      await fires('PeerProbeEdgesMissing')
    })

    test('fire where a disk fills up, and where it is nearly full', async () => {
      const { state, dumps } = lab.disks
      await dumps.grow(700_000, async () => (await lab.firing()).includes('PeerProbeDiskFillsUp'))
      dumps.fill(1_000_000)
      state.fill(1_000_000)
      const uses = async (): Promise<string[]> => (await lab.prometheus.query('ALERTS{alertname="PeerProbeDiskLow",alertstate="firing"}')).map(({ labels }) => `${labels['component']!} ${labels['use']!}`).toSorted()
      await until('both disks are low', async () => (await uses()).join() === 'consumer dumps,crawler state', LIMIT_MS)
      dumps.empty()
      state.empty()
    })
  })

  test('are all silent once the network is as it was for a day, and disks have room', async () => {
    await until('silent', async () => (await lab.firing()).length === 0, LIMIT_MS)
  })
})
