/** One node of a test cluster: broker and controller in one process. */
export interface KafkaNode {
  id: number

  /** IP address that its listeners are on. */
  host: string

  port: number
  controllerPort: number
  folder: string
}

/** Security of the listeners of a cluster besides the plain one. */
export interface KafkaSecurity {
  /** Ports of the first node. */
  plainPort: number
  scramPort: number
  mtlsPort: number

  /** PEM with the broker's key and certificates. */
  keystoreFile: string
  caFile: string

  /** Users of SASL PLAIN; users of SCRAM are created when the storage is formatted. */
  users: Readonly<Record<string, string>>
}

/** Additional features of a cluster besides a plain listener on IPv4. */
export interface KafkaExtras {
  security?: KafkaSecurity | undefined

  /** Port of a plain listener on `::1`, of the first node. */
  ipv6Port?: number | undefined

  /** Further settings of the brokers. */
  properties?: Readonly<Record<string, string | number>> | undefined
}

/** The settings of one node: small, quick to elect and to rebalance, and without automatic creation of topics. */
export function kafkaProperties (node: KafkaNode, nodes: readonly KafkaNode[], { security, ipv6Port, properties = {} }: KafkaExtras = {}): string {
  const replicas = Math.min(3, nodes.length)
  const listeners = [
    `PLAINTEXT://${node.host}:${String(node.port)}`,
    ...security === undefined ? [] : securedListeners(node.host, security),
    ...ipv6Port === undefined ? [] : [`IPV6://[::1]:${String(ipv6Port)}`]
  ]
  const entries: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': node.id,
    'controller.quorum.bootstrap.servers': nodes.map(({ host, controllerPort }) => `${host}:${String(controllerPort)}`).join(),
    'listeners': [...listeners, `CONTROLLER://${node.host}:${String(node.controllerPort)}`].join(),
    'advertised.listeners': listeners.join(),
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,IPV6:PLAINTEXT,PLAIN:SASL_SSL,SCRAM:SASL_SSL,MTLS:SSL',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': node.folder,
    'auto.create.topics.enable': false,
    'default.replication.factor': replicas,
    'min.insync.replicas': Math.min(2, replicas),
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 6,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': 1,
    'broker.session.timeout.ms': 6_000,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1_000,
    ...security === undefined ? {} : securedEntries(security),
    ...properties
  }

  return Object.entries(entries).map(([name, value]) => `${name}=${String(value)}\n`).join('')
}

function securedListeners (host: string, { plainPort, scramPort, mtlsPort }: KafkaSecurity): string[] {
  return [`PLAIN://${host}:${String(plainPort)}`, `SCRAM://${host}:${String(scramPort)}`, `MTLS://${host}:${String(mtlsPort)}`]
}

function securedEntries ({ keystoreFile, caFile, users }: KafkaSecurity): Record<string, string> {
  const plainUsers = Object.entries(users).map(([name, password]) => `user_${name}="${password}"`).join(' ')

  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': keystoreFile,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': caFile,
    'listener.name.mtls.ssl.client.auth': 'required',
    'listener.name.plain.sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.plain.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required ${plainUsers};`,
    'listener.name.scram.sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'listener.name.scram.scram-sha-512.sasl.jaas.config': 'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS',
    'allow.everyone.if.no.acl.found': 'false'
  }
}
