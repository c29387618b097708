import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { DEFAULT_FIELDS, parsePolicy } from '../../../operator/policy/cluster-policy.ts'
import { overlapping, prefixIn } from '../../../operator/policy/name-prefix.ts'
import { requireAllowed } from '../../../operator/policy/refusals.ts'
import { tenancyRefusals } from '../../../operator/policy/tenancy-refusals.ts'
import { clusterProbe } from '../../support/cluster/cluster-probe.ts'
import type { ClusterProbe } from '../../../operator/model/probe/cluster-probe.ts'

const probe = (namespace: string, topic: string, consumerGroup: string): ClusterProbe => clusterProbe({ kafka: { brokers: ['k:1'], topic: { name: topic }, consumerGroup } }, { namespace })
const fields = (asked: ClusterProbe, policy: object): string[] => tenancyRefusals(asked, { ...DEFAULT_FIELDS, ...policy }).map(({ field }) => field)

suite('the prefixes of a namespace', () => {
  test('restrict topics and groups, each with its field, and nothing if the owner sets none', () => {
    const prefixes = { topicPrefix: '{namespace}.', groupPrefix: 'probes_{namespace}_' }

    assert.deepEqual(fields(probe('team', 'team.x', 'probes_team_x'), prefixes), [])
    assert.deepEqual(fields(probe('team', 'team-a.x', 'probes_team_x'), prefixes), ['spec.kafka.topic.name'])
    assert.deepEqual(fields(probe('team', 'team.x', 'probes_team-a_x'), prefixes), ['spec.kafka.consumerGroup'])
    assert.deepEqual(fields(clusterProbe(), prefixes), ['spec.kafka.topic.name', 'spec.kafka.consumerGroup'], 'the defaults as well')
    assert.deepEqual(fields(clusterProbe(), {}), [])
    assert.equal(prefixIn('a.{namespace}.b', '$&'), 'a.$&.b')
  })

  test('refuse a PeerProbe with the field and the prefix of its namespace', () => {
    const policy = parsePolicy('{"topicPrefix":"{namespace}.","namespaces":{"free":{"topicPrefix":""},"lab":{"groupPrefix":"lab_"}}}')

    assert.throws(() => {
      requireAllowed(probe('lab', 'others.x', 'x'), policy)
    }, { code: 'PP_POLICY_FORBIDS', message: /spec\.kafka\.topic\.name: topics of this namespace begin with lab\.; .*policy\.namespaces\.lab\.topicPrefix: "".*spec\.kafka\.consumerGroup: consumer groups of this namespace begin with lab_;/s })
    requireAllowed(probe('free', 'others.x', 'x'), policy)
  })

  test('are refused if one namespace could use the names of another one', () => {
    for (const [text, words] of [
      ['{"topicPrefix":"{namespace}-"}', /topicPrefix: .*\{namespace\} in it must be followed by a dot/],
      ['{"groupPrefix":"{namespace}"}', /groupPrefix: .*must be followed by a dot or an underscore/],
      ['{"topicPrefix":"{name}."}', /topicPrefix: must be/],
      ['{"topicPrefix":"Team."}', /topicPrefix: must be/],
      ['{"namespaces":{"team":{"topicPrefix":"team-"},"team-a":{"topicPrefix":"team-a-"}}}', /namespaces: .*team-a's topicPrefix begins with that of team/],
      ['{"namespaces":{"a":{"groupPrefix":"x_y"},"b":{"groupPrefix":"x"}}}', /namespaces: .*a's groupPrefix begins with that of b/]
    ] as const) {
      assert.throws(() => parsePolicy(text), { code: 'PP_CONFIG_INVALID', message: words }, text)
    }

    assert.equal(overlapping([['a', 'x.'], ['b', 'x.'], ['c', ''], ['d', 'y.']]), undefined, 'shared on purpose, or no prefix')
  })
})
