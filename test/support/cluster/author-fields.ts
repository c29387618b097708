// Every field of a PeerProbe, to show that its author gains nothing by it. Each field has either attacks with their expected refusals,
// or the reason why any value is harmless. The harmless fields are tested together.
import { KAFKA_NAMESPACE, SHARED } from './author-setup.ts'

/** An attack by one or several fields, and its expected refusal. */
export interface Attack {
  spec: object
  reason: string

  /** The expected text of the refusal. */
  words: RegExp
}

const mysql = { host: 'attacker.example', port: 3_306, database: 'x', credentialsSecret: { name: 'mysql' } }
const brokers = { brokers: ['attacker.example:9092'], tls: {} }
const scan = (more: object): object => ({ scans: [{ name: 'main', network: { preset: 'ipfs' }, ...more }] })
const forbids = (spec: object, field: string): Attack => ({ spec, reason: 'PolicyForbids', words: new RegExp(`${field.replaceAll(/[.[\]]/g, '\\$&')}.*policy\\.`, 's') })
const needsConsent = (kafkaOrMysql: object, field: string): Attack => ({ spec: kafkaOrMysql, reason: 'SecretNotAllowed', words: new RegExp(`^${field.replaceAll('.', '\\.')}: Secret tenant/theirs`) })
const pod = (place: 'crawler' | 'consumer', settings: object): object => place === 'crawler' ? scan({ pod: settings }) : { consumer: { pod: settings } }

const TAINT = { tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'payments', effect: 'NoExecute', tolerationSeconds: 9 }] }
const AGAINST_ALL = { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/os', labelSelector: {}, namespaceSelector: {} }] } } }
const DNS_NAME = 'external-dns.alpha.kubernetes.io/hostname'
const EXPOSED = scan({ passive: { expose: { type: 'LoadBalancer', annotations: { [DNS_NAME]: 'bank.example' } } } })
const STOLEN_KAFKA = { spec: { kafka: { strimzi: { cluster: 'events', namespace: KAFKA_NAMESPACE, listener: 'tls' } } }, reason: 'NamespaceNotAllowed', words: /events/ }
const BACKUP = { spec: { backup: { enabled: true, schedule: '0 0 * * *', keep: '1h', volume: { claim: 'theirs' } } }, reason: 'ClaimNotAllowed', words: /^spec\.backup\.volume\.claim: / }

function podAttacks (place: 'crawler' | 'consumer', field: string): Record<string, Attack[]> {
  const taint = [forbids(pod(place, TAINT), `${field}.tolerations[0].key`)]

  return {
    'resources.requests{}': [forbids(pod(place, { resources: { requests: { 'example.com/device': 1 } } }), `${field}.resources.requests["example.com/device"]`)],
    'resources.limits{}': [forbids(pod(place, { resources: { limits: { 'example.com/device': 1 } } }), `${field}.resources.limits["example.com/device"]`)],
    'tolerations[].key': [...taint, forbids(pod(place, { tolerations: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }] }), `${field}.tolerations[0].key`)],
    'tolerations[].operator': [forbids(pod(place, { tolerations: [{ operator: 'Exists' }] }), `${field}.tolerations[0].key`)],
    'tolerations[].value': taint,
    'tolerations[].effect': taint,
    'tolerations[].tolerationSeconds': taint,
    'affinity': [forbids(pod(place, AGAINST_ALL), `${field}.affinity.podAntiAffinity`)],
    'annotations{}': [forbids(pod(place, { annotations: { 'iam.amazonaws.com/role': 'admin' } }), `${field}.annotations["iam.amazonaws.com/role"]`)]
  }
}

function under (prefix: string, fields: Record<string, Attack[]>): Record<string, Attack[]> {
  return Object.fromEntries(Object.entries(fields).map(([name, attacks]) => [`${prefix}.${name}`, attacks]))
}

/** Fields that an author might attack with. */
export const ATTACKS: Record<string, Attack[]> = {
  ...under('spec.scans[].pod', podAttacks('crawler', 'spec.scans[0].pod')),
  ...under('spec.consumer.pod', podAttacks('consumer', 'spec.consumer.pod')),
  'spec.scans[].pod.hostNetwork': [forbids(pod('crawler', { hostNetwork: true }), 'spec.scans[0].pod.hostNetwork')],
  'spec.scans[].passive.mdns': [forbids(scan({ passive: { mdns: true }, pod: { hostNetwork: true } }), 'spec.scans[0].pod.hostNetwork')],
  'spec.scans[].passive.expose.annotations{}': [forbids(EXPOSED, `spec.scans[0].passive.expose.annotations["${DNS_NAME}"]`)],
  'spec.scans[].addresses.policy': ['Private', 'Any'].map(policy => forbids(scan({ addresses: { policy } }), 'spec.scans[0].addresses.policy')),
  'spec.scans[].storage.claim': [{ spec: scan({ storage: { claim: 'theirs' } }), reason: 'ClaimNotAllowed', words: /^spec\.scans\[0\]\.storage\.claim: / }],
  'spec.consumer.dump.volume.claim': [{ spec: { consumer: { dump: { enabled: true, volume: { claim: 'theirs' } } } }, reason: 'ClaimNotAllowed', words: /^spec\.consumer\.dump\.volume\.claim: / }],
  'spec.places.volume.claim': [{ spec: { places: { volume: { claim: 'theirs' } } }, reason: 'ClaimNotAllowed', words: /^spec\.places\.volume\.claim: / }],
  'spec.kafka.strimzi.cluster': [STOLEN_KAFKA],
  'spec.kafka.strimzi.namespace': [STOLEN_KAFKA],
  'spec.kafka.strimzi.listener': [STOLEN_KAFKA],
  'spec.kafka.brokers[]': [{ spec: { kafka: { brokers: ['169.254.169.254:80'] } }, reason: 'SpecInvalid', words: /spec\.kafka\.brokers\[0\]/ }],
  'spec.mysql.host': [{ spec: { mysql: { ...mysql, host: '169.254.169.254' } }, reason: 'SpecInvalid', words: /spec\.mysql\.host/ }],
  'spec.kafka.tls.caSecret.name': [needsConsent({ kafka: { ...brokers, tls: { caSecret: { name: 'theirs' } } } }, 'spec.kafka.tls.caSecret')],
  'spec.kafka.tls.caSecret.key': [needsConsent({ kafka: { ...brokers, tls: { caSecret: { name: 'theirs', key: 'token' } } } }, 'spec.kafka.tls.caSecret')],
  'spec.kafka.authentication.type': [needsConsent({ kafka: { ...brokers, authentication: { type: 'tls', secret: 'theirs' } } }, 'spec.kafka.authentication.secret')],
  'spec.kafka.authentication.secret': [needsConsent({ kafka: { ...brokers, authentication: { type: 'scram-sha-512', secret: 'theirs' } } }, 'spec.kafka.authentication.secret')],
  'spec.mysql.credentialsSecret.name': [needsConsent({ mysql: { ...mysql, credentialsSecret: { name: 'theirs' } } }, 'spec.mysql.credentialsSecret')],
  'spec.mysql.credentialsSecret.userKey': [needsConsent({ mysql: { ...mysql, credentialsSecret: { name: 'theirs', userKey: 'token' } } }, 'spec.mysql.credentialsSecret')],
  'spec.mysql.credentialsSecret.passwordKey': [needsConsent({ mysql: { ...mysql, credentialsSecret: { name: 'theirs', passwordKey: 'token' } } }, 'spec.mysql.credentialsSecret')],
  'spec.mysql.tls.caSecret.name': [needsConsent({ mysql: { ...mysql, tls: { caSecret: { name: 'theirs' } } } }, 'spec.mysql.tls.caSecret')],
  'spec.mysql.tls.caSecret.key': [needsConsent({ mysql: { ...mysql, tls: { caSecret: { name: 'theirs', key: 'token' } } } }, 'spec.mysql.tls.caSecret')],
  'spec.kafka.topic.name': [{ spec: { kafka: { brokers: SHARED.brokers, topic: { name: SHARED.topic }, consumerGroup: 'own' } }, reason: 'OwnershipConflict', words: /topic/ }],
  'spec.kafka.consumerGroup': [{ spec: { kafka: { brokers: SHARED.brokers, topic: { name: 'own' }, consumerGroup: SHARED.group } }, reason: 'OwnershipConflict', words: /group/ }],
  'spec.backup.enabled': [BACKUP],
  'spec.backup.schedule': [BACKUP],
  'spec.backup.keep': [BACKUP],
  'spec.backup.volume.claim': [BACKUP]
}

const TEXT = 'a text in the crawler\'s own messages and configuration, which is JSON in a ConfigMap and is never executed'
const PACE = 'limits what the author\'s own process may do anyway; its container has limits'
const STRANGERS = 'says which peers a crawler dials: only public addresses, within the budgets for addresses from strangers'
const SERVER = 'says how the author\'s own client talks to the author\'s server'
const BUS = 'a setting of the author\'s own topic'

/** Fields that are harmless with any value, and why. */
export const HARMLESS: Record<string, string> = {
  'spec.scans[].name': 'part of names of objects, which begin with the name of the PeerProbe; objects of other owners are left alone',
  'spec.scans[].network.preset': STRANGERS,
  'spec.scans[].network.name': TEXT,
  'spec.scans[].network.bootstrapPeers[]': STRANGERS,
  'spec.scans[].network.protocols[]': TEXT,
  'spec.scans[].vantage': TEXT,
  'spec.scans[].contact': TEXT,
  'spec.scans[].active.enabled': PACE,
  'spec.scans[].active.interval': PACE,
  'spec.scans[].active.strategy': PACE,
  'spec.scans[].active.concurrency': PACE,
  'spec.scans[].active.dialTimeout': PACE,
  'spec.scans[].active.visitTimeout': PACE,
  'spec.scans[].active.maxPeers': PACE,
  'spec.scans[].active.maxDuration': PACE,
  'spec.scans[].active.confirm': PACE,
  'spec.scans[].active.neighbours': 'messages on the author\'s own topic, and files in a claim that allows its use',
  'spec.scans[].passive.enabled': 'a port of the crawler\'s own pod, in a network of its own',
  'spec.scans[].passive.port': 'a port of the crawler\'s own pod, in a network of its own',
  'spec.scans[].passive.announce[]': 'announced to peers, which dial it within their own limits, as they dial the addresses of any stranger',
  'spec.scans[].passive.expose.type': 'a Service that leads only to the ports of the crawler\'s own passive node; quotas count it, policy.serviceTypes forbids it',
  'spec.scans[].addresses.deny[]': 'removes addresses',
  'spec.scans[].addresses.maxDialsPerIP': 'the total number of dials to each address is also bounded',
  'spec.scans[].addresses.maxDialsPerSubnet': 'the total number of dials to each subnet is also bounded',
  'spec.scans[].pod.nodeSelector{}': 'only narrows the nodes where the pod may run anyway; taints still apply; policy.nodeLabels forbids it',
  'spec.consumer.pod.nodeSelector{}': 'the same',
  'spec.kafka.topic.partitions': BUS,
  'spec.kafka.topic.replicas': BUS,
  'spec.kafka.topic.retention': BUS,
  'spec.kafka.topic.neighbours.partitions': BUS,
  'spec.kafka.topic.neighbours.retention': BUS,
  'spec.kafka.topic.deletionPolicy': 'applies only to topics that the operator created for this PeerProbe',
  'spec.kafka.clientId': TEXT,
  'spec.mysql.port': SERVER,
  'spec.mysql.database': 'the Secret\'s owner has allowed its use, and the server limits its user',
  'spec.mysql.allowPublicKeyRetrieval': 'the Secret\'s owner has allowed its use',
  'spec.mysql.maxOpenConns': SERVER,
  'spec.mysql.maxIdleConns': SERVER,
  'spec.consumer.replicas': 'pods of the author\'s own namespace with requests and limits, which its quota counts',
  'spec.consumer.batch.maxMessages': PACE,
  'spec.consumer.batch.maxWait': PACE,
  'spec.consumer.retry.attempts': PACE,
  'spec.consumer.retry.backoff': PACE,
  'spec.consumer.deadLetters.whenRefused': PACE,
  'spec.consumer.coalesceWindow': PACE,
  'spec.consumer.dump.enabled': 'files in a claim that allows its use',
  'spec.consumer.dump.contents[]': 'what those files contain: all of it is the author\'s own',
  'spec.consumer.dump.format': 'one of three formats of files in that claim',
  'spec.consumer.dump.interval': PACE,
  'spec.consumer.dump.full': PACE,
  'spec.consumer.dump.keep': 'removes dump files of a claim that allows its use',
  'spec.retention.after': 'removes rows of a database that the owner of its Secret has allowed',
  'spec.retention.schedule': PACE,
  'spec.sessions.enabled': 'whether a Job reads and writes a database that the owner of its Secret has allowed',
  'spec.sessions.schedule': PACE,
  'spec.sessions.keep': 'removes rows of a database that the owner of its Secret has allowed',
  'spec.suspend': 'stops the author\'s own processes'
}

const NASTY = '$(id) `id` {{ .Values }} " \' \\ <&>'

/** PeerProbes with an extreme value in each harmless field. */
export const EXTREMES: Record<string, object> = {
  everything: {
    scans: [{
      name: 'x'.repeat(40),
      network: { preset: 'ipfs' },
      vantage: NASTY.replaceAll(' ', '').slice(0, 64),
      contact: NASTY,
      active: { enabled: true, interval: '1s', strategy: 'Topology', concurrency: 10_000, dialTimeout: '2m', visitTimeout: '10m', maxPeers: 10_000_000, maxDuration: '480h', confirm: true, neighbours: true },
      passive: { enabled: true, port: 22, announce: ['/ip4/169.254.169.254/tcp/80'], expose: { type: 'LoadBalancer' } },
      addresses: { deny: ['0.0.0.0/0'], maxDialsPerIP: 1_024, maxDialsPerSubnet: 10_000 },
      pod: { nodeSelector: { 'kubernetes.io/os': 'linux' } }
    }],
    kafka: { brokers: ['attacker.example:9092'], topic: { name: 'everything', partitions: 1_024, replicas: 32, retention: '87600h', neighbours: { partitions: 32, retention: '87600h' }, deletionPolicy: 'Delete' }, consumerGroup: 'everything', clientId: '..-_' },
    mysql: { ...mysql, port: 22, database: 'everything', allowPublicKeyRetrieval: true, maxOpenConns: 1_000, maxIdleConns: 1_000 },
    consumer: {
      replicas: 3,
      batch: { maxMessages: 5_000, maxWait: '30s' },
      retry: { attempts: 20, backoff: '1m' },
      deadLetters: { whenRefused: 'skip' },
      coalesceWindow: '480h',
      dump: { enabled: true, contents: ['nodes', 'visits', 'crawls', 'sessions'], format: 'Parquet', interval: '1s', full: true, keep: '1s', volume: { claim: 'own' } },
      pod: { nodeSelector: { 'kubernetes.io/os': 'linux' } }
    },
    retention: { after: '1h', schedule: '* * * * *' },
    sessions: { enabled: true, schedule: '* * * * *', keep: '1h' },
    suspend: false
  },
  network: {
    scans: [{ name: 'main', network: { name: 'lab', bootstrapPeers: ['/ip4/10.96.0.1/tcp/443/p2p/12D3KooWPjceQrSwdWXPyLLeABRXmuqt69Rg3sBYbU1Nft9HyQ6X'], protocols: ['/$(id)'] } }],
    kafka: { brokers: ['attacker.example:9092'], topic: { name: 'network' }, consumerGroup: 'network' },
    mysql: { ...mysql, database: 'network' }
  }
}
