// The naive design, for comparison: one transaction for each message, one statement for each row, automatic
// commits of offsets. It writes only the two tables.
import { hash } from 'node:crypto'
import kafkajs from 'kafkajs'
import { createPool } from 'mysql2/promise'
import { useKafkaCodecs } from '../../../core/bus/kafka/records/kafka-codecs.ts'
import type { Visit } from '../../../core/contracts/visit.ts'

const NODE = `INSERT INTO node_info (node_id, protocol_version, agent_version, discovery_type, latency, last_seen, last_tried, last_outcome)
  VALUES (?, ?, ?, ?, ?, ?, ?, 'ok') ON DUPLICATE KEY UPDATE protocol_version = VALUES(protocol_version), agent_version = VALUES(agent_version),
  latency = VALUES(latency), last_seen = VALUES(last_seen)`
const ADDRESS = `INSERT INTO address_info (node_id, addr_hash, multiaddr, last_seen) VALUES (?, ?, ?, ?)
  ON DUPLICATE KEY UPDATE last_seen = VALUES(last_seen)`

const [brokers = '', topic = '', port = '', database = ''] = process.argv.slice(2)
const pool = createPool({ host: '127.0.0.1', port: Number(port), user: 'root', database, timezone: 'Z', connectionLimit: 4 })
useKafkaCodecs()

const kafka = new kafkajs.Kafka({ brokers: brokers.split(','), clientId: 'naive', logLevel: kafkajs.logLevel.ERROR })
const consumer = kafka.consumer({ groupId: `${topic}-naive` })
let done = 0

await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })
await consumer.run({
  eachMessage: async ({ message }) => {
    await write(JSON.parse(String(message.value)) as Visit)
    process.send?.(++done)
  }
})

consumer.on(consumer.events.CRASH, () => {
  process.exit(1)
})
process.on('disconnect', () => {
  process.exit()
})

async function write ({ nodeId, startedAt, discoveryType, latencyMs, identify }: Visit): Promise<void> {
  const seen = startedAt.replace('T', ' ').replace('Z', '')
  const connection = await pool.getConnection()

  try {
    await connection.beginTransaction()
    const { protocolVersion = null, agentVersion = null } = identify ?? {}
    await connection.execute(NODE, [nodeId, protocolVersion, agentVersion, discoveryType, Math.round((latencyMs ?? 0) * 1e6), seen, seen])

    for (const address of identify?.listenAddresses ?? []) {
      await connection.execute(ADDRESS, [nodeId, hash('sha256', address, 'buffer').subarray(0, 16), address, seen])
    }

    await connection.commit()
  } catch (err) {
    await connection.rollback()
    throw err
  } finally {
    connection.release()
  }
}
