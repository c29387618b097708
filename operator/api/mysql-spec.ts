import { z } from 'zod'
import { bareHost } from '../../core/text/host-port.ts'
import { CaSecret, ObjectName, SecretKey } from './references.ts'
import { valueAt, withRules } from './rules.ts'
import type { Rule } from './rules.ts'

// A name, an IPv4 address, or an IPv6 address with or without brackets. The port is a separate field.
const HOST = '[A-Za-z0-9_]([-A-Za-z0-9._]*[A-Za-z0-9_])?'
const IPV6 = '[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*'

const mysqlRules: readonly Rule[] = [
  { cel: 'self.database == oldSelf.database', path: ['database'], message: 'cannot be changed: the history would stay behind' },
  {
    cel: 'self.maxIdleConns <= self.maxOpenConns',
    path: ['maxIdleConns'],
    message: 'must not exceed maxOpenConns',
    holds: mysql => !(Number(valueAt(mysql, ['maxIdleConns'])) > Number(valueAt(mysql, ['maxOpenConns'])))
  }
]

/** The database. */
export const MysqlSpec = withRules(z.strictObject({
  host: z.string().min(1).max(253).regex(new RegExp(`^(${HOST}|${IPV6}|\\[${IPV6}\\])$`), 'must be a host name or an IP address, without a port').overwrite(bareHost).describe('Host name or IP address of the server; an IPv6 address with or without brackets. An IP address must be the server\'s own, not that of a Service: pods may connect to no other address.'),
  port: z.int().min(1).max(65_535).default(3_306).describe('Port of the server.'),
  database: z.string().min(1).max(64).regex(/^[A-Za-z0-9_$][-A-Za-z0-9_$]*$/, 'must be letters, digits, hyphens and underscores').describe('Name of the database; it must exist; PeerProbe creates the tables.'),
  credentialsSecret: z.strictObject({
    name: ObjectName.describe('Name of the Secret.'),
    userKey: SecretKey.default('username').describe('Key of the user name in it.'),
    passwordKey: SecretKey.default('password').describe('Key of the password in it.')
  }).describe('Secret with user name and password. In a cluster the Secret must allow its use: label peerprobe.dev/use: "true", or annotation peerprobe.dev/allowed-probes.'),
  tls: z.strictObject({ caSecret: CaSecret.optional() }).optional().describe('Encrypts connections and checks the server\'s name; plain text when absent.'),
  allowPublicKeyRetrieval: z.boolean().optional().describe('Whether to encrypt the password with a key that the server itself sends, when TLS is absent. An attacker who answers in place of the server can then read the password.'),
  maxOpenConns: z.int().min(1).max(1_000).default(10).describe('Maximum number of open connections of one consumer.'),
  maxIdleConns: z.int().min(0).max(1_000).default(5).describe('Maximum number of idle connections of one consumer.')
}), 'The database (MySQL or MariaDB). Required in a cluster.', mysqlRules)

/** {@inheritDoc MysqlSpec} */
export type MysqlSpec = z.output<typeof MysqlSpec>
