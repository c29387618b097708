// The tutorial as a newcomer follows it: every command as it is written, in one shell, and what each prints. Only the values
// that the reader is asked to fill in are the test's.
import assert from 'node:assert/strict'
import { dirname } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { formatPeerId } from '../../../crawler/peer/peer-id-text.ts'
import { cluster } from '../../../scripts/provision/cluster.ts'
import { kafka } from '../../../scripts/provision/kafka.ts'
import { mariadb } from '../../../scripts/provision/mariadb.ts'
import { missingCluster } from '../../support/cluster/cluster-rig.ts'
import { POD_MONITOR_CRD, PROMETHEUS_RULE_CRD } from '../../support/cluster/monitoring-crd.ts'
import { enterNodeNetwork, missingNodeNetwork, NODE_ADDRESS } from '../../support/cluster/runner/node-network.ts'
import { PodNode } from '../../support/cluster/runner/pod-node.ts'
import { testSteps } from '../../support/documents/guide-shell.ts'
import { stepsOf } from '../../support/documents/guide.ts'
import { KAD_PROTOCOL } from '../../support/network/peer-fixtures.ts'
import { serving, startPeer } from '../../support/network/peers.ts'
import { ControlPlane } from '../../support/servers/control-plane.ts'
import { KafkaServer } from '../../support/servers/kafka-server.ts'
import { mariadbKind } from '../../support/servers/mariadb-server.ts'
import { SqlServer } from '../../support/servers/sql-server.ts'
import { TempFolder } from '../../support/temp-folder.ts'

const [jars, server, programs] = [kafka.find(), mariadb.find(), cluster.find()]
const missing = ('missing' in jars ? jars.missing : undefined) ?? ('missing' in server ? server.missing : undefined) ?? missingCluster ?? missingNodeNetwork()
const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const LIMIT_MS = 300_000

if (missing === undefined) {
  enterNodeNetwork(import.meta.filename)
}

suite('the tutorial', missing === undefined ? {} : { skip: missing }, () => {
  const stack = new AsyncDisposableStack()
  const home = stack.use(new TempFolder())
  const [settings, ...steps] = stepsOf(`${ROOT}docs/tutorial.md`)
  let values: Record<string, string>
  let plane: ControlPlane

  before(async () => {
    const broker = stack.use(await KafkaServer.open('at' in jars ? jars.at : '', { host: NODE_ADDRESS }))
    const sql = stack.use(await SqlServer.open(mariadbKind('at' in server ? server.at : ''), [], NODE_ADDRESS))
    const root = await sql.root()
    await root.query('CREATE USER admin IDENTIFIED BY \'secret\'; GRANT ALL ON *.* TO admin WITH GRANT OPTION')
    await root.end()
    const peer = stack.use(await startPeer({ host: NODE_ADDRESS, serve: { [KAD_PROTOCOL]: serving([]) } }))
    const bootstrap = `${peer.node.getMultiaddrs()[0]!.decapsulate('/p2p').toString()}/p2p/${formatPeerId(peer.id)}`
    plane = stack.use(await ControlPlane.open('at' in programs ? programs.at : '', { kwok: false, host: NODE_ADDRESS }))
    stack.use(await PodNode.open(plane))
    await plane.apply(POD_MONITOR_CRD, PROMETHEUS_RULE_CRD)
    values = {
      // The network of the test is a private one.
      SETTINGS: 'image.repository=peerprobe,image.tag=test,policy.privateAddresses=true',
      BROKER: broker.brokers[0]!,
      MYSQL_HOST: NODE_ADDRESS,
      MYSQL_PORT: String(sql.port),
      ADMIN: 'admin',
      MYSQL_PWD: 'secret',
      NETWORK: `{name: lab, bootstrapPeers: ["${bootstrap}"], protocols: [${KAD_PROTOCOL}]}`,
      ADDRESSES: 'Any'
    }
  })
  after(async () => {
    await stack.disposeAsync()
  })

  test('asks for just the values that differ from one reader to the next', () => {
    assert.deepEqual([...settings!.commands.matchAll(/(\w+)=/g)].map(match => match[1]).filter(name => name === name?.toUpperCase()), Object.keys(values))
    assert.ok(steps.length >= 9)
  })

  testSteps(steps, () => ({
    home,
    env: { ...values, KUBECONFIG: plane.kubeconfig },
    path: ['at' in programs ? programs.at : '', dirname(process.execPath)],
    cwd: ROOT,
    limitMs: LIMIT_MS
  }))
})
