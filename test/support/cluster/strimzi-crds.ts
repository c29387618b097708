// The relevant parts of Strimzi's resources, from its published schema. Validation and defaults are left out where
// Strimzi has none.
const OPEN = { 'type': 'object', 'x-kubernetes-preserve-unknown-fields': true }

function crd (kind: string, plural: string, spec: object): object {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.kafka.strimzi.io` },
    spec: {
      group: 'kafka.strimzi.io',
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [{
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', required: ['spec'], properties: { spec, status: OPEN } } }
      }]
    }
  }
}

const ACL = {
  type: 'object',
  required: ['resource'],
  properties: {
    resource: { type: 'object', required: ['type'], properties: { type: { type: 'string', enum: ['topic', 'group', 'cluster', 'transactionalId'] }, name: { type: 'string' }, patternType: { type: 'string', enum: ['literal', 'prefix'] } } },
    operations: { type: 'array', items: { type: 'string', enum: ['Read', 'Write', 'Delete', 'Alter', 'Describe', 'All', 'IdempotentWrite', 'ClusterAction', 'Create', 'AlterConfigs', 'DescribeConfigs'] } },
    type: { type: 'string', enum: ['allow', 'deny'] },
    host: { type: 'string' }
  }
}

/** The definitions of Kafka, KafkaTopic and KafkaUser. */
export const STRIMZI_CRDS: readonly object[] = [
  crd('Kafka', 'kafkas', OPEN),
  crd('KafkaTopic', 'kafkatopics', {
    type: 'object',
    properties: { topicName: { type: 'string' }, partitions: { type: 'integer', minimum: 1 }, replicas: { type: 'integer', minimum: 1, maximum: 32_767 }, config: OPEN }
  }),
  crd('KafkaUser', 'kafkausers', {
    type: 'object',
    properties: {
      authentication: { type: 'object', required: ['type'], properties: { type: { type: 'string', enum: ['tls', 'tls-external', 'scram-sha-512'] } } },
      authorization: { type: 'object', required: ['type', 'acls'], properties: { type: { type: 'string', enum: ['simple'] }, acls: { type: 'array', items: ACL } } }
    }
  })
]
