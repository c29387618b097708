import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readProbes } from '../../../../operator/commands/access/read-probes.ts'
import { probeObject } from '../../../support/cluster/cluster-probe.ts'
import { FakeCluster } from '../../../support/cluster/fake-cluster.ts'

const { signal } = new AbortController()

suite('readProbes', () => {
  test('reads one, all of a namespace, or all', async () => {
    const cluster = new FakeCluster()
    cluster.store('PeerProbe').set(probeObject())
    const names = async (namespace: string | undefined, name?: string): Promise<string[]> =>
      (await readProbes(cluster.deps().client, { namespace, name }, signal)).map(({ metadata }) => metadata.name)

    assert.deepEqual(await names('lab', 'amino'), ['amino'])
    assert.deepEqual(await names('lab'), ['amino'])
    assert.deepEqual(await names(undefined), ['amino'])
  })

  test('reports that there is none', async () => {
    const { client } = new FakeCluster().deps()

    await assert.rejects(readProbes(client, { namespace: 'lab', name: 'x' }, signal), { message: /no PeerProbe x in namespace lab/ })
    await assert.rejects(readProbes(client, { namespace: undefined, name: undefined }, signal), { message: /no PeerProbe in any namespace/ })
    await assert.rejects(readProbes(client, { namespace: undefined, name: 'x' }, signal), { message: /needs one namespace/ })
  })
})
