import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ProbeError } from '../../../../core/errors.ts'
import { failed, good, waiting } from '../../../../operator/reconcile/conditions/conditions.ts'
import { withProblems } from '../../../../operator/reconcile/status/process-findings.ts'
import { clusterProbe } from '../../../support/cluster/cluster-probe.ts'
import type { Findings } from '../../../../operator/reconcile/conditions/conditions.ts'
import type { ProcessProblem } from '../../../../operator/reconcile/status/process-figures.ts'

const fine: Findings = { ConsumersReady: good('Running', 'consumer c: 3 of 3 ready'), CrawlersReady: good('Running', '1 of 1 crawlers run') }
const problem = (component: ProcessProblem['component'], code: string, pod = `${component}-1`): ProcessProblem => ({ component, pod, code, message: 'it says so\u0007' })

suite('what keeps processes from their work', () => {
  test('is reported if pods are ready, or in progress without a reason known to Kubernetes', () => {
    const probe = clusterProbe()

    assert.deepEqual(withProblems(fine, [], probe), fine)
    assert.deepEqual(withProblems(fine, [problem('crawler', 'PP_BUS_UNAVAILABLE')], probe), { ...fine, CrawlersReady: { status: 'False', reason: 'BusUnavailable', message: 'crawler crawler-1: it says so\\u{7}' } })
    assert.deepEqual(withProblems({ ...fine, CrawlersReady: waiting('Progressing', '0 of 1 ready') }, [problem('crawler', 'PP_BUS_AUTH')], probe).CrawlersReady?.reason, 'BusAuth')
    assert.equal(withProblems(fine, [problem('consumer', 'PP_STORE_UNAVAILABLE'), problem('consumer', 'PP_STORE_UNAVAILABLE', 'c-2')], probe).ConsumersReady?.message, 'consumer consumer-1: it says so\\u{7} (and 1 more)')
    assert.equal(withProblems(fine, [problem('consumer', 'PP_OF_NEXT_YEAR')], probe).ConsumersReady?.reason, 'PodNotReady')
  })

  test('does not hide what Kubernetes knows, and is not reported for a step that was not reached', () => {
    const refused = { ConsumersReady: failed(new ProbeError('PP_STORE_AUTH', 'no')) }

    assert.deepEqual(withProblems(refused, [problem('consumer', 'PP_STORE_UNAVAILABLE'), problem('crawler', 'PP_BUS_AUTH')], clusterProbe()), refused)
  })

  test('is not a failure for consumers beyond the number of partitions, which are idle by design', () => {
    const idle = [problem('consumer', 'PP_GROUP_IDLE', 'c-4')]
    const spare = clusterProbe({ consumer: { replicas: 4 } })

    assert.deepEqual(withProblems(fine, idle, spare).ConsumersReady, good('Running', 'consumer c: 3 of 3 ready; without a partition, since the topic has 3: 1'))
    assert.equal(withProblems(fine, [...idle, problem('consumer', 'PP_GROUP_IDLE', 'c-3')], spare).ConsumersReady?.status, 'False')
    assert.equal(withProblems(fine, idle, clusterProbe()).ConsumersReady?.status, 'False')
    assert.equal(withProblems({ ConsumersReady: waiting('Progressing', '3 of 3 ready') }, idle, clusterProbe()).ConsumersReady?.status, 'Unknown', 'during a rollout')
  })
})
