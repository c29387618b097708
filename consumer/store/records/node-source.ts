import { NODE_COLUMNS } from '../model/node-row.ts'
import { storeTimeOf } from '../model/store-time.ts'
import { given, listContains } from './record-source.ts'
import type { RecordFilter } from '../../records/record-filter.ts'
import type { RecordDialect } from './record-dialect.ts'
import type { RecordSource } from './record-source.ts'

/** Peers: a row of `node_info` each. */
export const NODE_SOURCE: RecordSource = {
  table: 'node_info',
  key: ['node_id'],
  joins: '',
  columns: Object.fromEntries(['node_id', ...NODE_COLUMNS].map(name => [name, { sql: `r.${name}` }])),
  lists: [
    { column: 'addresses', table: 'address_info', texts: ['multiaddr'], times: ['last_seen'] },
    { column: 'networks', table: 'node_network', texts: ['network'], times: ['first_seen', 'last_seen'] }
  ],
  changedAt: 'changed_at',
  narrow: () => [],
  conditions: ({ network, scan, agent, protocol, outcome, country, asn, cloud, sinceMs, untilMs }: RecordFilter, dialect: RecordDialect) => [
    ...given(network, name => `EXISTS (SELECT 1 FROM node_network n WHERE n.node_id = r.node_id AND n.network = ${dialect.text(name)})`),
    ...given(scan, name => `EXISTS (${VISITS} JOIN scan s ON s.scan_id = v.scan_id WHERE p.node_id = r.node_id AND s.scan = ${dialect.text(name)})`),
    ...given(agent, text => `instr(r.agent_version, ${dialect.text(text)}) > 0`),
    ...given(protocol, name => `EXISTS (${VISITS} JOIN protocol_set l ON l.protocol_set_id = v.protocol_set_id
      WHERE p.node_id = r.node_id AND v.started_at = ${dialect.epochMs('r.identified_at')} AND ${listContains('l.protocols', name, dialect)})`),
    ...given(outcome, word => `r.last_outcome = ${dialect.text(word)}`),
    ...given(country, code => `r.country = ${dialect.text(code)}`),
    ...given(asn, number => `r.asn = ${String(number)}`),
    ...given(cloud, name => `r.cloud = ${dialect.text(name)}`),
    ...given(sinceMs, ms => `r.last_seen >= ${dialect.text(storeTimeOf(ms))}`),
    ...given(untilMs, ms => `r.last_seen < ${dialect.text(storeTimeOf(ms))}`)
  ]
}

const VISITS = 'SELECT 1 FROM peer p JOIN visit v ON v.peer_id = p.peer_id'
