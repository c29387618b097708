import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkTopicId, TOPIC_ID } from '../../../../operator/reconcile/steps/topic-id.ts'
import { probeObject } from '../../../support/cluster/cluster-probe.ts'

test('checkTopicId stops at a topic that was recreated, until a person has accepted it', () => {
  const object = (before: string | undefined, annotations = {}): ReturnType<typeof probeObject> =>
    ({ ...probeObject({}, { annotations }), status: before === undefined ? undefined : { kafka: { topicId: before } } })
  const kafka = (topicId: string | undefined): Parameters<typeof checkTopicId>[1] => ({ topicId })

  assert.throws(() => {
    checkTopicId(object('a'), kafka('b'))
  }, { code: 'PP_TOPIC_RECREATED', message: /had the id a and has b.*peerprobe\.dev\/topic-id=b/ })
  assert.throws(() => {
    checkTopicId(object('a', { [TOPIC_ID]: 'c' }), kafka('b'))
  }, { code: 'PP_TOPIC_RECREATED' })
  checkTopicId(object('a', { [TOPIC_ID]: 'b' }), kafka('b'))
  checkTopicId(object('a'), kafka('a'))
  checkTopicId(object(undefined), kafka('a'))
  checkTopicId(object('a'), kafka(undefined))
})
