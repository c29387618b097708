// Queries that convert the rows of an earlier program. Old tables contain whatever their servers accepted: days that
// do not exist, times as numbers, other charsets, bytes that are not text. So every value is checked as a text, to
// which a server can convert any of them, and only valid values are converted.
import { MESSAGE_LIMITS } from '../../../../core/contracts/visit.ts'
import type { OldColumn, OldTable } from './predecessor.ts'

const AGENT_CHARS = 255
const PROTOCOL_CHARS = 64

/** U+FFFD. */
const REPLACEMENT = '_utf8mb4 x\'efbfbd\''

const NUMBERS = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'decimal', 'float', 'double'])

const DAY = '(19[7-9][0-9]|20[0-9][0-9])-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])'
const TIME = '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?'

// ^ and \z: a line break inside a text must not end the match.
const regexp = (text: string, pattern: string): string => `(COALESCE(${text} REGEXP '^${pattern}\\\\z', 0))`

/** The text of any value; NULL, or a text with question marks, where its bytes are not text. */
const textOf = (column: string): string => `CAST(p.${column} AS CHAR CHARACTER SET utf8mb4)`

/**
 * A query that returns, for each row of the old node_info: `node_id`, `seen`, `protocol_version`, `agent_version`,
 * `discovery_type`, `latency`; and the flags `has_id`, `has_time`, `is_changed` (a text was cut or left out).
 */
export function oldNodes ({ name, columns }: OldTable): string {
  const agent = textColumn(columns, 'agent_version', AGENT_CHARS)
  const protocol = textColumn(columns, 'protocol_version', PROTOCOL_CHARS)
  const type = textOf('discovery_type')
  const discovery = columns.has('discovery_type') ? `IF(${regexp(type, '[0-9A-Za-z._-]{1,32}')}, ${type}, 'active')` : '\'active\''
  const isNumber = regexp(textOf('latency'), '[0-9]+([.][0-9]*)?([eE][+]?[0-9]+)?')
  const latency = columns.has('latency') ? `IF(${isNumber} AND p.latency BETWEEN 0 AND 9e15, ROUND(p.latency), NULL)` : 'NULL'

  return `SELECT ${idOf} AS node_id, ${hasId} AS has_id, ${timeColumns(columns.get('last_seen'))},
    ${protocol.value} AS protocol_version, ${agent.value} AS agent_version, (${protocol.isChanged} OR ${agent.isChanged}) AS is_changed,
    ${discovery} AS discovery_type, ${latency} AS latency FROM ${name} p`
}

/** A query that returns, for each row of the old address_info: `node_id`, `multiaddr`, `seen`; and the flags `has_address`, `has_time`. */
export function oldAddresses ({ name, columns }: OldTable): string {
  const own = `CONCAT('/p2p/', ${textOf('node_id')})`
  const text = textOf('multiaddr')
  const address = `IF(HEX(RIGHT(${text}, CHAR_LENGTH(${own}))) = HEX(${own}), LEFT(${text}, CHAR_LENGTH(${text}) - CHAR_LENGTH(${own})), ${text})`
  // As bytes: a collation may ignore NUL, and then finds it in every text.
  const isAddress = `(COALESCE(${isFaithful('multiaddr', columns.get('multiaddr'))} AND ${address} LIKE '/_%'
    AND CHAR_LENGTH(${address}) <= ${String(MESSAGE_LIMITS.addressChars)} AND INSTR(CAST(${address} AS BINARY), x'00') = 0, 0))`

  return `SELECT ${idOf} AS node_id, ${address} AS multiaddr, ${isAddress} AS has_address, ${timeColumns(columns.get('last_seen'))} FROM ${name} p`
}

const idOf = 'CONVERT(p.node_id USING ascii) COLLATE ascii_bin'

const hasId = regexp(textOf('node_id'), '[0-9A-Za-z]{1,128}')

// Times must be between 1970 and tomorrow: no visit would ever replace a later one.
function timeColumns (column: OldColumn | undefined): string {
  if (column === undefined) {
    return '\'\' AS seen, 0 AS has_time'
  }

  const text = NUMBERS.has(column.type) ? timeOfNumber : textOf('last_seen')
  const plain = `LEFT(REPLACE(REPLACE(${text}, 'T', ' '), 'Z', ''), 23)`
  const isTime = `${regexp(text, `${DAY}([ T]${TIME}Z?)?`)}
    AND SUBSTRING(${text}, 9, 2) <= DAYOFMONTH(LAST_DAY(CONCAT(LEFT(${text}, 7), '-01')))
    AND ${plain} BETWEEN '1970-01-02' AND CAST(UTC_TIMESTAMP() + INTERVAL 1 DAY AS CHAR)`

  return `${plain} AS seen, (COALESCE(${isTime}, 0)) AS has_time`
}

// Seconds since 1970, or milliseconds: the ranges do not overlap.
const timeOfNumber = `CAST(CASE WHEN p.last_seen BETWEEN 1e8 AND 4e9 THEN FROM_UNIXTIME(p.last_seen)
  WHEN p.last_seen BETWEEN 1e11 AND 4e12 THEN FROM_UNIXTIME(p.last_seen / 1000) END AS CHAR CHARACTER SET utf8mb4)`

function textColumn (columns: OldTable['columns'], name: string, chars: number): { value: string, isChanged: string } {
  if (!columns.has(name)) {
    return { value: 'NULL', isChanged: '0' }
  }

  const text = textOf(name)
  const faithful = isFaithful(name, columns.get(name))

  return {
    value: `IF(${faithful}, REPLACE(LEFT(${text}, ${String(chars)}), CHAR(0 USING utf8mb4), ${REPLACEMENT}), NULL)`,
    isChanged: `(COALESCE(NOT ${faithful} OR CHAR_LENGTH(${text}) > ${String(chars)}, 0))`
  }
}

// Only for bytes, and for columns that are declared as UTF-8, can the text differ from what is stored.
function isFaithful (name: string, column: OldColumn | undefined): string {
  const isBytes = column?.charset === null && /binary|blob|bit/.test(column.type)

  return isBytes || column?.charset?.startsWith('utf8') === true ? `(HEX(p.${name}) <=> HEX(${textOf(name)}))` : '1'
}
