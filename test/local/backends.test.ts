import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { BusConfig, StoreConfig } from '../../core/contracts/process-config.ts'
import { embeddedBackends, backendsFor } from '../../local/backends.ts'
import { SecretFiles } from '../../local/files/secret-files.ts'
import { API_VERSION, KIND, PeerProbe } from '../../operator/api/v1alpha1.ts'
import { TempFolder } from '../support/temp-folder.ts'
import type { Backends } from '../../local/backends.ts'
import type { Secret } from '../../local/manifest/secrets.ts'

const folder = { busPath: '/data/bus.sqlite', databasePath: '/data/peerprobe.sqlite' }
const secret = (name: string, ...keys: string[]): Secret => ({
  name,
  values: new Map(keys.map(key => [key, Buffer.from(`${key} of ${name}\n`)]))
})
const kafka = (rest: object): object => ({ brokers: ['localhost:9092'], ...rest })
const mysql = { host: 'db', database: 'ipfs', credentialsSecret: { name: 'mysql' }, tls: { caSecret: { name: 'mysql-ca' } } }

function backends (spec: object, { embedded = false, secrets = [] as Secret[] } = {}): Backends {
  using temporary = new TempFolder()
  const files = new SecretFiles({ secrets, dir: undefined, makeFolder: () => temporary.file('secrets') })
  const { spec: parsed } = PeerProbe.parse({ apiVersion: API_VERSION, kind: KIND, metadata: { name: 'amino' }, spec: { scans: [{ name: 'main', network: { preset: 'ipfs' } }], ...spec } })
  const found = backendsFor(parsed, { folder, embedded, secrets: files })

  return JSON.parse(JSON.stringify(found).replaceAll(temporary.file('secrets'), '')) as Backends
}

suite('backendsFor', () => {
  test('has embedded parts for what the manifest lacks, or with --embedded for everything', () => {
    const embedded = { bus: { embedded: { path: folder.busPath } }, store: { sqlite: { path: folder.databasePath } } }

    assert.deepEqual(backends({}), embedded)
    assert.deepEqual(backends({ kafka: kafka({}), mysql }, { embedded: true }), embedded)
    assert.deepEqual(backends({ kafka: kafka({}) }).store, embedded.store)
  })

  test('trusts a key sent by the database server only if the manifest says so', () => {
    const secrets = [secret('mysql', 'username', 'password'), secret('mysql-ca', 'ca.crt')]

    assert.equal('allowPublicKeyRetrieval' in backends({ mysql }, { secrets }).store.mysql!, false)
    assert.equal(backends({ mysql: { ...mysql, allowPublicKeyRetrieval: true } }, { secrets }).store.mysql?.allowPublicKeyRetrieval, true)
  })

  test('bounds the embedded log as asked for', () => {
    assert.deepEqual(embeddedBackends(folder, 5_000_000).bus, { embedded: { path: folder.busPath, maxBytes: 5_000_000 } })
  })

  test('gives processes the files of the Secrets, and the user names', () => {
    const scram = kafka({ tls: { caSecret: { name: 'kafka-ca' } }, authentication: { type: 'scram-sha-512', secret: 'me' } })
    const { bus, store } = backends({ kafka: scram, mysql }, { secrets: [secret('kafka-ca', 'ca.crt'), secret('me', 'username', 'password'), secret('mysql', 'username', 'password'), secret('mysql-ca', 'ca.crt')] })

    assert.deepEqual(bus, { kafka: { brokers: ['localhost:9092'], clientId: 'ipfs-node-client', tls: { caFile: '/kafka-ca/ca.crt' }, sasl: { mechanism: 'scram-sha-512', username: 'username of me', passwordFile: '/me/password' } } })
    assert.deepEqual(store, { mysql: { host: 'db', port: 3_306, database: 'ipfs', username: 'username of mysql', passwordFile: '/mysql/password', tls: { caFile: '/mysql-ca/ca.crt' }, maxOpenConns: 10, maxIdleConns: 5 } })
    assert.doesNotThrow(() => [BusConfig.parse(bus), StoreConfig.parse(store)])
  })

  test('uses a client certificate, and the system\'s authorities by default', () => {
    const { bus } = backends({ kafka: kafka({ tls: {}, authentication: { type: 'tls', secret: 'me' } }) }, { secrets: [secret('me', 'user.crt', 'user.key')] })

    assert.deepEqual(bus, { kafka: { brokers: ['localhost:9092'], clientId: 'ipfs-node-client', tls: {}, clientCertificate: { certFile: '/me/user.crt', keyFile: '/me/user.key' } } })
  })

  test('reports all missing Secrets at once, each with its field', () => {
    assert.throws(() => backends({ kafka: kafka({ authentication: { type: 'scram-sha-512', secret: 'me' } }), mysql }), (err: Error & { code: string }) => {
      assert.equal(err.code, 'PP_CONFIG_INVALID')
      assert.match(err.message, /^Secrets: 5 problems/)
      assert.equal(err.message.match(/spec\.kafka\.authentication\.secret: /g)?.length, 2)
      assert.equal(err.message.match(/spec\.mysql\.credentialsSecret: /g)?.length, 2)
      assert.equal(err.message.match(/spec\.mysql\.tls\.caSecret: /g)?.length, 1)
      return true
    })
  })
})
