// Settings of servers that people have, one by one: the store works with each as with none, or refuses the server and names it.
import type { ServerFamily } from '../../../consumer/store/mysql/server/server-info.ts'
import type { ErrorCode } from '../../../core/errors.ts'

/** A setting that a server gives to all its sessions. */
export interface ServerSetting {
  name: string
  value: string

  /** Servers that have it. @default both */
  only?: ServerFamily

  /** Code and words of the refusal. @default it works */
  refused?: { code: ErrorCode, says: RegExp }

  /** Whether the user may do everything. @default false: init_connect and read_only do not hold for such */
  isRoot?: true

  /** How long the store waits between two calls. */
  pauseMs?: number
}

const text = (value: string): string => `'${value}'`

/** Statements that the server runs at the start of each session of a user without special privileges. */
const INIT_CONNECT: readonly ServerSetting[] = [
  'SET NAMES latin1',
  'SET NAMES gbk',
  'SET NAMES sjis',
  'SET NAMES swe7',
  'SET character_set_client = latin1',
  'SET character_set_connection = latin1',
  'SET character_set_results = NULL',
  'SET collation_connection = utf8mb4_unicode_ci',
  'SET autocommit = 0',
  'START TRANSACTION',
  'START TRANSACTION READ ONLY',
  'SET SESSION TRANSACTION READ ONLY',
  'SET TRANSACTION READ ONLY',
  'SET sql_mode = "NO_BACKSLASH_ESCAPES,ANSI_QUOTES,PIPES_AS_CONCAT"',
  'SET sql_select_limit = 0',
  'SET foreign_key_checks = 0, unique_checks = 0',
  'SET completion_type = CHAIN; SET autocommit = 0',
  'SET time_zone = "-11:00"; SET sql_safe_updates = 1'
].map(value => ({ name: 'init_connect', value: text(value) }))

const SQL_MODES: readonly ServerSetting[] = [
  ...[
    '',
    'ANSI',
    'ANSI_QUOTES',
    'NO_BACKSLASH_ESCAPES',
    'TRADITIONAL',
    'ONLY_FULL_GROUP_BY',
    'PIPES_AS_CONCAT',
    'IGNORE_SPACE',
    'PAD_CHAR_TO_FULL_LENGTH',
    'HIGH_NOT_PRECEDENCE',
    'NO_UNSIGNED_SUBTRACTION',
    'REAL_AS_FLOAT,NO_AUTO_VALUE_ON_ZERO'
  ].map((mode): ServerSetting => ({ name: 'sql_mode', value: text(mode) })),
  { name: 'sql_mode', value: text('ORACLE,EMPTY_STRING_IS_NULL'), only: 'mariadb' },
  { name: 'sql_mode', value: text('TIME_TRUNCATE_FRACTIONAL'), only: 'mysql' }
]

const REFUSED: readonly ServerSetting[] = [
  { name: 'init_connect', value: text('USE information_schema'), refused: { code: 'PP_STORE_SERVER', says: /init_connect leaves the session in the database information_schema/ } },
  { name: 'init_connect', value: text('SELECT nothing'), refused: { code: 'PP_STORE_SERVER', says: /init_connect/ } },
  { name: 'max_allowed_packet', value: '524288', refused: { code: 'PP_STORE_SERVER', says: /max_allowed_packet is 524288/ } },
  { name: 'read_only', value: '1', refused: { code: 'PP_STORE_SERVER', says: /read.only.*connect to the server that accepts writes/ } },
  { name: 'super_read_only', value: '1', only: 'mysql', isRoot: true, refused: { code: 'PP_STORE_SERVER', says: /super.read.only.*connect to the server that accepts writes/ } },
  { name: 'offline_mode', value: '1', only: 'mysql', refused: { code: 'PP_STORE_UNAVAILABLE', says: /offline mode/ } },
  { name: 'require_secure_transport', value: '1', only: 'mysql', refused: { code: 'PP_STORE_TLS', says: /require_secure_transport/ } },
  { name: 'require_secure_transport', value: '1', only: 'mariadb', refused: { code: 'PP_STORE_AUTH', says: /require_secure_transport/ } }
]

/** Settings that can be changed while the server runs. */
export const GLOBAL_SETTINGS: readonly ServerSetting[] = [
  ...INIT_CONNECT,
  ...SQL_MODES,
  ...REFUSED,
  { name: 'autocommit', value: '0' },
  { name: 'character_set_server', value: 'latin1' },
  { name: 'character_set_server', value: 'utf16' },
  { name: 'collation_server', value: 'utf8mb4_general_ci' },
  { name: 'time_zone', value: text('+13:00') },
  { name: 'time_zone', value: text('-12:59') },
  { name: 'max_allowed_packet', value: '1048576' },
  { name: 'wait_timeout', value: '1', pauseMs: 2_500 },
  { name: 'interactive_timeout', value: '1', pauseMs: 2_500 },
  { name: 'net_read_timeout', value: '1' },
  { name: 'net_write_timeout', value: '1' },
  { name: 'transaction_isolation', value: text('SERIALIZABLE'), only: 'mysql' },
  { name: 'transaction_isolation', value: text('READ-UNCOMMITTED'), only: 'mysql' },
  { name: 'tx_isolation', value: text('SERIALIZABLE'), only: 'mariadb' },
  { name: 'tx_isolation', value: text('READ-UNCOMMITTED'), only: 'mariadb' },
  { name: 'transaction_read_only', value: '1', only: 'mysql' },
  { name: 'tx_read_only', value: '1', only: 'mariadb' },
  { name: 'completion_type', value: text('CHAIN') },
  { name: 'completion_type', value: text('RELEASE') },
  { name: 'sql_safe_updates', value: '1' },
  { name: 'sql_select_limit', value: '1' },
  { name: 'sql_auto_is_null', value: '1' },
  { name: 'max_join_size', value: '1' },
  { name: 'group_concat_max_len', value: '4' },
  { name: 'innodb_lock_wait_timeout', value: '1' },
  { name: 'lock_wait_timeout', value: '1' },
  { name: 'foreign_key_checks', value: '0' },
  { name: 'unique_checks', value: '0' },
  { name: 'div_precision_increment', value: '0' },
  { name: 'max_sort_length', value: '64' },
  { name: 'max_error_count', value: '0' },
  { name: 'auto_increment_increment', value: '7' },
  { name: 'innodb_default_row_format', value: 'compact' },
  { name: 'innodb_default_row_format', value: 'redundant' },
  { name: 'innodb_strict_mode', value: '0' },
  { name: 'default_storage_engine', value: 'MyISAM' },
  { name: 'explicit_defaults_for_timestamp', value: '0' },
  { name: 'max_prepared_stmt_count', value: '0', refused: { code: 'PP_STORE_SERVER', says: /max_prepared_stmt_count/ } },
  { name: 'session_track_system_variables', value: text('') },
  { name: 'session_track_system_variables', value: text('*') },
  { name: 'big_tables', value: '1' },
  { name: 'tmp_table_size', value: '1024' },
  { name: 'sql_require_primary_key', value: '1', only: 'mysql' },
  { name: 'max_execution_time', value: '1', only: 'mysql' },
  { name: 'range_optimizer_max_mem_size', value: '1', only: 'mysql' },
  { name: 'max_statement_time', value: '0.001', only: 'mariadb' },
  { name: 'idle_transaction_timeout', value: '1', only: 'mariadb', pauseMs: 2_500 },
  { name: 'idle_readonly_transaction_timeout', value: '1', only: 'mariadb', pauseMs: 2_500 },
  { name: 'innodb_snapshot_isolation', value: '1', only: 'mariadb' },
  { name: 'alter_algorithm', value: text('INPLACE'), only: 'mariadb', refused: { code: 'PP_STORE_SERVER', says: /ALGORITHM=COPY\/INPLACE is not supported.*Try ALGORITHM=DEFAULT/ } },
  { name: 'query_cache_type', value: '0', only: 'mariadb' },
  { name: 'old_mode', value: text(''), only: 'mariadb' }
]

const START_OPTIONS: readonly string[] = [
  '--character-set-server=latin1',
  '--collation-server=latin1_swedish_ci',
  '--lower-case-table-names=1',
  '--innodb-page-size=4096',
  '--log-bin=changes',
  '--server-id=1',
  '--transaction-isolation=SERIALIZABLE',
  '--innodb-rollback-on-timeout=ON'
]

/** Options that a server has from its start; the store works with all of them at once. */
export const START_OPTIONS_OF: Readonly<Record<ServerFamily, readonly string[]>> = {
  mysql: [...START_OPTIONS, '--gtid-mode=ON', '--enforce-gtid-consistency=ON', '--disabled-storage-engines=MyISAM'],
  // MySQL 9 has that option no more.
  mariadb: [...START_OPTIONS, '--skip-character-set-client-handshake', '--sql-mode=NO_BACKSLASH_ESCAPES', '--autocommit=0']
}

/** What a server with a binary log says of its formats. */
export const LOG_FORMATS: readonly ServerSetting[] = [
  { name: 'binlog_format', value: text('STATEMENT'), refused: { code: 'PP_STORE_SERVER', says: /binlog_format is STATEMENT/ } },
  { name: 'binlog_format', value: text('MIXED') },
  { name: 'binlog_format', value: text('ROW') }
]
