import { OUTCOME_NAMES } from '../../../core/contracts/outcome.ts'
import { storeTimeOf } from '../model/store-time.ts'
import type { SessionKey } from '../model/session-store.ts'
import type { Session } from '../model/session.ts'
import type { SessionDialect } from './session-dialect.ts'

const COLUMNS = ['node_id', 'network', 'vantage', 'first_ok', 'last_ok', 'absent_before', 'first_fail', 'probes', 'failures', 'recovered', 'end_outcome']
const TIMES = new Set(['first_ok', 'last_ok', 'absent_before', 'first_fail'])

/** Rows in one statement: within the packets of every server. */
const ROWS_PER_STATEMENT = 200

type Texts = Pick<SessionDialect, 'text'>

/** The query for sessions, to be read with {@link sessionFrom}. @param rest everything after the table */
export function sessionQuery ({ epochMs }: Pick<SessionDialect, 'epochMs'>, rest: string): string {
  return `SELECT ${COLUMNS.map(column => TIMES.has(column) ? epochMs(column) : column).join(', ')} FROM session ${rest}`
}

/** A session from its row. @throws ProbeError of the reader */
export function sessionFrom (row: readonly unknown[], { read }: Pick<SessionDialect, 'read'>): Session {
  const [nodeId, network, vantage, firstOk, lastOk, absentBefore, firstFail, probes, failures, recovered, endOutcome] = row

  return {
    nodeId: read.text(nodeId, 'node_id'),
    network: read.text(network, 'network'),
    vantage: read.text(vantage, 'vantage'),
    firstOkMs: read.number(firstOk, 'first_ok'),
    lastOkMs: read.number(lastOk, 'last_ok'),
    absentBeforeMs: read.numberOrNull(absentBefore, 'absent_before'),
    firstFailMs: read.numberOrNull(firstFail, 'first_fail'),
    probes: read.number(probes, 'probes'),
    failures: read.number(failures, 'failures'),
    recovered: read.number(recovered, 'recovered'),
    endOutcome: endOutcome === null ? null : read.oneOf(endOutcome, 'end_outcome', OUTCOME_NAMES)
  }
}

/** Statements that write sessions over those of the same keys. */
export function writeStatements (sessions: readonly Session[], dialect: Texts): string[] {
  return chunksOf(sessions).map(chunk => `REPLACE INTO session (${COLUMNS.join(', ')}) VALUES ${chunk.map(session => tupleOf(session, dialect)).join(', ')}`)
}

/** Statements that remove sessions. */
export function removeStatements (keys: readonly SessionKey[], { text }: Texts): string[] {
  return keys.map(({ nodeId, network, vantage, firstOkMs }) => `DELETE FROM session
    WHERE node_id = ${text(nodeId)} AND network = ${text(network)} AND vantage = ${text(vantage)} AND first_ok = ${text(storeTimeOf(firstOkMs))}`)
}

function tupleOf (session: Session, { text }: Texts): string {
  const { nodeId, network, vantage, firstOkMs, lastOkMs, absentBeforeMs, firstFailMs, probes, failures, recovered, endOutcome } = session
  const timeOrNull = (ms: number | null): string => ms === null ? 'NULL' : text(storeTimeOf(ms))

  return `(${[
    ...[nodeId, network, vantage].map(text),
    ...[firstOkMs, lastOkMs, absentBeforeMs, firstFailMs].map(timeOrNull),
    probes,
    failures,
    recovered,
    endOutcome === null ? 'NULL' : text(endOutcome)
  ].join(', ')})`
}

function chunksOf<T> (list: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(list.length / ROWS_PER_STATEMENT) }, (_, i) => list.slice(i * ROWS_PER_STATEMENT, (i + 1) * ROWS_PER_STATEMENT))
}
