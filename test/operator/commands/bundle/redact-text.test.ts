import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { REDACTED, redactText } from '../../../../operator/commands/bundle/redact-text.ts'

const SECRET = 'hunter2Canary'

const HIDDEN = [
  `mysql://probe:${SECRET}@db.lab:3306/ipfs`,
  `amqp://${SECRET}@host`,
  `https://user:p@ss${SECRET}/w@host/path`,
  `password=${SECRET}`,
  `PASSWORD: ${SECRET}`,
  `{"password":"${SECRET}"}`,
  `{"password" : "a\\"${SECRET}"}`,
  `{\\"dbPassword\\":\\"${SECRET}\\"}`,
  `{\\"dbPassword\\":\\"a\\\\\\"${SECRET}\\"}`,
  `{'api_key': '${SECRET}'}`,
  `jdbc:mysql://db/ipfs?user=probe&password=${SECRET}&useSSL=true`,
  `sasl.jaas.config=org.apache.kafka.ScramLoginModule required username="u" password="${SECRET}";`,
  `Authorization: Bearer ${SECRET}`,
  `authorization: Basic ${SECRET}`,
  `token: ${SECRET}`,
  `--password ${SECRET}`,
  `--db-password=${SECRET}`,
  `CREATE USER x IDENTIFIED BY '${SECRET}'`,
  `CREATE USER x IDENTIFIED WITH mysql_native_password BY '${SECRET}'`,
  `-----BEGIN RSA PRIVATE KEY-----\n${SECRET}\n-----END RSA PRIVATE KEY-----`,
  `-----BEGIN PRIVATE KEY-----\n${SECRET}`,
  `eyJhbGciOiJIUzI1NiJ9.${SECRET}.sig`
]

const KEPT = [
  'Secret lab/mysql does not exist',
  '/ip4/192.0.2.1/tcp/4001/p2p/12D3KooWQmVjbTc1',
  '"passwordFile": "/etc/peerprobe/mysql/password"',
  'secretName: mysql',
  '{"level":30,"time":"2026-11-30T21:00:00.000Z","msg":"crawl started","crawlId":7}',
  'kafka.lab:9092'
]

suite('redactText', () => {
  for (const text of HIDDEN) {
    test(`takes the secret out of ${JSON.stringify(text.replace(SECRET, '…'))}`, () => {
      const redacted = redactText(`before ${text} after`)

      assert.ok(!redacted.includes(SECRET), redacted)
      assert.ok(redacted.includes(REDACTED))
      assert.match(redacted, /^before /)
    })
  }

  for (const text of KEPT) {
    test(`keeps ${text}`, () => {
      assert.equal(redactText(text), text)
    })
  }

  test('takes a password out wherever it stands in whatever others wrote', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.constantFrom('password=', 'token: ', '"secret":"', 'x://u:'), (around, before) => {
      // Between lines: what stands before it on its own line may be anything.
      const end = before === 'x://u:' ? '@h' : before.endsWith('"') ? '"' : ''
      assert.ok(!redactText(`${around}\n${before}${SECRET}${end}\n${around}`).includes(SECRET))
    }))
  })

  test('is done with a long text, whatever strangers put into a log', () => {
    // A pattern that takes the square of the whole would take minutes.
    for (const hostile of ['x://', 'password:"', 'password:\\"', '-', 'a', 'eyJ-', '-----BEGIN PRIVATE KEY-----', 'identified by ', ' '].map(text => text.repeat(100_000))) {
      assert.ok(redactText(hostile).length > 0)
    }
  })
})
