import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readPredecessorConfig } from '../../../cli/convert/predecessor-config.ts'
import type { PredecessorConfig } from '../../../cli/convert/predecessor-config.ts'

const read = (text: string): PredecessorConfig => readPredecessorConfig(text, 'config.json')
const interval = (value: string): number | undefined => read(`{"Discovery": {"ExportPeers": {"DumpInterval": ${value}}}}`).exportPeers.dumpIntervalMs

suite('reading a predecessor\'s configuration', () => {
  test('accepts comments of every kind, trailing commas, a byte order mark and keys in any case', () => {
    const config = read(`\uFEFF// ours
# since March
{
  /* the database
     of the lab */
  "database": { "HOST": "db", "Password": "a//b#c", }, // "Port": 1,
  "KAFKA": { "brokers": ["one:9092",], },
}`)

    assert.deepEqual(config.database, { host: 'db', password: 'a//b#c' })
    assert.deepEqual(config.kafka, { brokers: ['one:9092'] })
  })

  test('accepts numbers and switches as texts, brokers in one text, and null as absent', () => {
    const { exportPeers, database, kafka } = read('{"Discovery": {"ExportPeers": {"Enabled": "True"}}, "Database": {"Port": "3306", "User": null}, "Kafka": {"Brokers": "a:1, b:2,"}}')

    assert.deepEqual([exportPeers.enabled, database, kafka.brokers], [true, { port: 3_306 }, ['a:1', 'b:2']])
  })

  test('reads durations as Go writes them, and says what it took a bare number for', () => {
    assert.deepEqual(['"120s"', '"2m0s"', '"1h30m"', '"1.5s"', '"250ms"', '120000000000', '120'].map(interval), [120_000, 120_000, 5_400_000, 1_500, 250, 120_000, 120_000])
    assert.match(read('{"Discovery": {"ExportPeers": {"DumpInterval": 120}}}').guesses.join(), /DumpInterval: the number has no unit and was read as seconds/)
    assert.throws(() => interval('"soon"'), { message: /Discovery\.ExportPeers\.DumpInterval: must be a duration such as 120s/ })
  })

  test('lists settings that are not used, whole groups as one', () => {
    assert.deepEqual(read('{"Addresses": {"Swarm": []}, "Discovery": {"MDNS": {"Enabled": true}, "ExportPeers": {"Format": "x"}}, "Database": {"Host": "db"}}').unused, ['Addresses', 'Discovery.MDNS', 'Discovery.ExportPeers.Format'])
  })

  test('reports every wrong field, and never quotes a value', () => {
    assert.throws(() => read('{"Database": {"Password": ["pa55"], "Port": "x", "Host": 5}, "Kafka": {"Brokers": {"pa55": 1}}}'), ({ code, message }: { code: string, message: string }) => {
      assert.equal(code, 'PP_CONFIG_INVALID')
      assert.match(message, /Database\.Host: must be a text[^]*Database\.Port: must be a whole number[^]*Database\.Password: must be a text[^]*Kafka\.Brokers: must be a list of texts/)
      assert.ok(!message.includes('pa55'))
      return true
    })
  })

  test('reports mistakes in the text by line and column, and never quotes it', () => {
    assert.throws(() => read('{\n  "Database": {"Password": "pa55" "Port": 1}\n}'), { code: 'PP_CONFIG_INVALID', message: /^(?!.*pa55)[^]*line 2, column 35: comma expected/ })
    for (const text of ['', '[]', '"x"', '5']) {
      assert.throws(() => read(text), { code: 'PP_CONFIG_INVALID' })
    }
  })
})
