import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Reconciler } from '../../../../operator/reconcile/reconciler.ts'
import { OtherOperators } from '../../../../operator/reconcile/status/other-operator.ts'
import { probeObject } from '../../../support/cluster/cluster-probe.ts'
import { KEY, reconcilerRig } from '../../../support/cluster/reconciler-rig.ts'
import type { ReconcileDeps } from '../../../../operator/reconcile/apply/context.ts'

const { signal } = new AbortController()
const ALL = 'peerprobe/peerprobe-operator'
const ONE = 'lab/peerprobe-operator-lab'

suite('two operators of one PeerProbe', () => {
  test('are noticed by the first one, which does not write the status because of it', async () => {
    const { cluster, status } = reconcilerRig()
    const said: string[] = []
    const events: ReconcileDeps['events'] = { record: async (_object, { reason, note }) => void said.push(`${reason} ${note}`) }
    const listening = (lease: string): ReconcileDeps => ({ ...cluster.deps(lease), events })
    const [all, one] = [ALL, ONE].map(lease => new Reconciler(listening(lease)))
    const noticed = (): string[] => said.filter(text => text.startsWith('OtherOperator'))
    const settle = async (operators: (Reconciler | undefined)[]): Promise<void> => {
      for (let i = 0; i < 6; i++) {
        for (const operator of operators) {
          await operator!.reconcile(KEY, signal)
        }
        cluster.settle()
      }
    }
    await settle([all])
    assert.equal(status()['operator'], ALL)
    await one!.reconcile(KEY, signal)
    assert.deepEqual([status()['operator'], noticed()], [ONE, []], 'it may have taken over')
    const { length } = cluster.writes
    await settle([all, one])
    assert.equal(status()['operator'], ONE)
    const note = 'OtherOperator another operator manages this PeerProbe as well, and the two undo each other\'s changes (the log of this operator has both leases)'
    assert.deepEqual([...new Set(noticed())], [`${note}: uninstall one, or let each watch its own namespaces`])
    assert.deepEqual(cluster.writes.slice(length), [])

    // The first one restarts: now the other one reports the conflict.
    await settle([one, new Reconciler(listening(ALL)), one])
    assert.match(noticed().at(-1) ?? '', /^OtherOperator another operator /)
  })

  test('are not reported when one replaces the other, or when a PeerProbe was recreated', async () => {
    const said: string[] = []
    const { cluster } = reconcilerRig()
    const others = new OtherOperators({ ...cluster.deps(ONE), events: { record: async (_object, { reason }) => void said.push(reason) } })
    const marked = (operator: unknown): ReturnType<typeof probeObject> => ({ ...probeObject(), status: { operator } })

    for (const operator of [undefined, ALL, 7, ONE, undefined, ONE]) {
      assert.equal(await others.mark(marked(operator), signal), ONE)
    }
    others.forget(KEY)
    assert.equal(await others.mark(marked(ALL), signal), ONE)
    assert.deepEqual(said, [])
  })
})
