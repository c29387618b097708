import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import kafkajs from 'kafkajs'
import { pino } from 'pino'
import { KafkaClient } from '../../core/bus/kafka/client/kafka-client.ts'
import { KafkaBus } from '../../core/bus/kafka/kafka-bus.ts'
import { isProbeError } from '../../core/errors.ts'
import { systemClock } from '../../core/time/clock.ts'
import { kafka } from '../../scripts/provision/kafka.ts'
import { findProgram } from '../../scripts/provision/programs.ts'
import { collector, message, textOf } from '../core/bus/event-bus-fixture.ts'
import { Certificates } from '../support/servers/certificates.ts'
import { freePorts } from '../support/servers/free-ports.ts'
import { KafkaServer } from '../support/servers/kafka-server.ts'
import { TempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'
import type { KafkaConfig } from '../../core/contracts/kafka/kafka-config.ts'
import type { ErrorCode } from '../../core/errors.ts'
import type { KafkaSecurity } from '../support/servers/kafka-properties.ts'

const found = kafka.find()
const { signal } = new AbortController()
const deps = { log: pino({ level: 'silent' }), clock: systemClock }
const password = 'open "sesame", =please'
const PROMISED_MS = 15_000

const openssl = findProgram('openssl') === undefined ? 'no openssl on this machine to make certificates with' : false

suite('Kafka with security', { skip: 'missing' in found ? found.missing : openssl }, () => {
  let server: KafkaServer
  let folder: TempFolder
  let security: KafkaSecurity
  let passwordFile: string
  let client: { certFile: string, keyFile: string }

  before(async () => {
    folder = new TempFolder()
    server = await KafkaServer.open('at' in found ? found.at : '', { users: { peerprobe: 'secret-1' } })
    security = server.security!
    client = server.certificates!.issue('peerprobe')
    passwordFile = file('password', 'secret-1\n')
    using plain = new KafkaClient(deps.log, { brokers: server.brokers, clientId: 'test' })
    const admin = plain.kafka.admin()
    await admin.connect()
    await admin.createAcls({ acl: ['User:peerprobe', 'User:CN=peerprobe'].flatMap(principal => grant(principal)) })
    await admin.disconnect()
  })
  after(async () => {
    await server[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  function file (name: string, text: string): string {
    const path = folder.file(name)
    writeFileSync(path, text)
    return path
  }

  const at = (port: number): Pick<KafkaConfig, 'brokers' | 'clientId'> => ({ brokers: [`127.0.0.1:${String(port)}`], clientId: 'test' })
  const tls = (): Pick<KafkaConfig, 'tls'> => ({ tls: { caFile: security.caFile } })
  const user = (mechanism: 'plain' | 'scram-sha-512', secretFile = passwordFile, username = 'peerprobe'): Pick<KafkaConfig, 'sasl'> => ({ sasl: { mechanism, username, passwordFile: secretFile } })

  const WAYS: Record<string, () => KafkaConfig> = {
    'a password over TLS (PLAIN)': () => ({ ...at(security.plainPort), ...tls(), ...user('plain') }),
    'a password over TLS (SCRAM-SHA-512)': () => ({ ...at(security.scramPort), ...tls(), ...user('scram-sha-512') }),
    'a client certificate': () => ({ ...at(security.mtlsPort), ...tls(), clientCertificate: client })
  }

  for (const [way, config] of Object.entries(WAYS)) {
    test(`lets in ${way}: topics are made, messages come through`, async () => {
      await using bus = await KafkaBus.open(deps, config(), signal, { heartbeatMs: 100, maxWaitMs: 100 })
      const topic = `allowed-${way.length.toString()}`
      await bus.ensureTopic({ name: topic, partitions: 2, retentionMs: 3_600_000 }, signal)
      await bus.publish(topic, [message('a', '1')], signal)
      const { all, handler } = collector()
      await using subscription = await bus.subscribe({ topic, group: 'allowed', maxMessages: 10 }, handler, signal)
      await until('the message is there', () => all.length === 1)
      await subscription.commit(all[0]!.partition, 1)

      assert.deepEqual(all.map(textOf), ['1'])
      assert.deepEqual([...(await bus.groupLag(topic, 'allowed', signal)).values()], [0, 0])
    })
  }

  const REFUSED: Record<string, { config: () => KafkaConfig, code: ErrorCode, says: RegExp }> = {
    'a wrong password (PLAIN)': { config: () => ({ ...at(security.plainPort), ...tls(), ...user('plain', file('wrong', 'nope')) }), code: 'PP_BUS_AUTH', says: /check the user name, the password/ },
    'a wrong password (SCRAM-SHA-512)': { config: () => ({ ...at(security.scramPort), ...tls(), ...user('scram-sha-512', file('wrong', password)) }), code: 'PP_BUS_AUTH', says: /check the user name, the password/ },
    'an unknown user': { config: () => ({ ...at(security.scramPort), ...tls(), ...user('scram-sha-512', passwordFile, 'nobody') }), code: 'PP_BUS_AUTH', says: /check the user name/ },
    'a mechanism that the listener does not take': { config: () => ({ ...at(security.scramPort), ...tls(), ...user('plain') }), code: 'PP_BUS_AUTH', says: /SASL mechanism.*kind of authentication/ },
    'a missing client certificate': { config: () => ({ ...at(security.mtlsPort), ...tls() }), code: 'PP_BUS_AUTH', says: /client certificate/ },
    'a client certificate of another authority': { config: () => ({ ...at(security.mtlsPort), ...tls(), clientCertificate: new Certificates(folder.path, 'other').issue('stranger') }), code: 'PP_BUS_AUTH', says: /client certificate/ },
    'a wrong certificate authority': { config: () => ({ ...at(security.scramPort), tls: { caFile: new Certificates(folder.path, 'wrong').caFile }, ...user('scram-sha-512') }), code: 'PP_BUS_TLS', says: /caFile/ },
    'no certificate authority': { config: () => ({ ...at(security.scramPort), tls: {}, ...user('scram-sha-512') }), code: 'PP_BUS_TLS', says: /caFile/ },
    'TLS to a listener of plain text': { config: () => ({ brokers: server.brokers, clientId: 'test', ...tls() }), code: 'PP_BUS_UNAVAILABLE', says: /of the kind \(plain text or TLS\)/ },
    'plain text to a listener of TLS': { config: () => at(security.scramPort), code: 'PP_BUS_UNAVAILABLE', says: /of the kind \(plain text or TLS\)/ }
  }

  for (const [what, { config, code, says }] of Object.entries(REFUSED)) {
    test(`says ${code} of ${what}, and what to do`, async () => {
      const startedAt = performance.now()

      await assert.rejects(KafkaBus.open(deps, config(), signal), (err) => {
        assert.ok(isProbeError(err, code), String(err))
        assert.match(err.message, says)
        return true
      })
      assert.ok(performance.now() - startedAt < 3 * PROMISED_MS)
    })
  }

  test('says PP_BUS_UNAVAILABLE when nobody listens', async () => {
    const [port] = await freePorts(1)

    await assert.rejects(KafkaBus.open(deps, at(port!), signal), err => isProbeError(err, 'PP_BUS_UNAVAILABLE') && err.message.includes(String(port)))
  })

  test('says PP_BUS_FORBIDDEN of a topic and of a group that the user may not use', async () => {
    await using bus = await KafkaBus.open(deps, WAYS['a client certificate']!(), signal)
    await bus.ensureTopic({ name: 'allowed-here', partitions: 1, retentionMs: 3_600_000 }, signal)
    const forbidden = (err: unknown): boolean => isProbeError(err, 'PP_BUS_FORBIDDEN') && err.message.includes('grant this user access')

    const forbiddenTopic = (err: unknown): boolean => forbidden(err) && isProbeError(err) && err.message.includes('topic secret-neighbours')

    // It may be the topic of visits, of dead letters or of routing tables: the message says which.
    await assert.rejects(bus.publish('secret-neighbours', [message('a', '1')], signal), forbiddenTopic)
    await assert.rejects(bus.ensureTopic({ name: 'secret-neighbours', partitions: 1, retentionMs: 3_600_000 }, signal), forbiddenTopic)
    await assert.rejects(bus.subscribe({ topic: 'secret-neighbours', group: 'allowed-here', maxMessages: 10 }, async () => undefined, signal), forbiddenTopic)
    await assert.rejects(bus.subscribe({ topic: 'allowed-here', group: 'secret', maxMessages: 10 }, async () => undefined, signal), forbidden)
  })

  test('reads a password again for each connection', async () => {
    const renewed = file('renewed', 'old')
    const config = { ...WAYS['a password over TLS (SCRAM-SHA-512)']!(), ...user('scram-sha-512', renewed) }
    await assert.rejects(KafkaBus.open(deps, config, signal), err => isProbeError(err, 'PP_BUS_AUTH'))
    file('renewed', 'secret-1')
    await using bus = await KafkaBus.open(deps, config, signal)
    file('renewed', 'wrong again')

    await bus.ensureTopic({ name: 'allowed-renewed', partitions: 1, retentionMs: 3_600_000 }, signal)
    await assert.rejects(bus.publish('allowed-renewed', [message('a', '1')], signal), err => isProbeError(err, 'PP_BUS_AUTH'))
    file('renewed', 'secret-1')
    await bus.publish('allowed-renewed', [message('a', '1')], signal)
  })
})

function grant (principal: string): Parameters<kafkajs.Admin['createAcls']>[0]['acl'] {
  const { AclOperationTypes: { ALL }, AclPermissionTypes: { ALLOW }, AclResourceTypes: { GROUP, TOPIC }, ResourcePatternTypes: { PREFIXED } } = kafkajs

  return [TOPIC, GROUP].map(resourceType => ({ principal, resourceType, resourceName: 'allowed', resourcePatternType: PREFIXED, host: '*', operation: ALL, permissionType: ALLOW }))
}
