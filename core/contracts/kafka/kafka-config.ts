import { z } from 'zod'
import { BrokerAddress } from './broker-address.ts'

const Path = z.string().min(1).max(4_096)

/** A Kafka cluster and how to connect to it. Files are read again for each connection, so that they may be renewed. */
export const KafkaConfig = z.strictObject({
  brokers: z.array(BrokerAddress).min(1).max(64).describe('Bootstrap servers, each host:port ([address]:port for an IPv6 address); the cluster lists the others.'),
  clientId: z.string().min(1).max(255).describe('Name of this client in the brokers\' logs, metrics and quotas.'),
  tls: z.strictObject({
    caFile: Path.optional().describe('Certificate authorities in PEM that may have signed the brokers\' certificates; those of Node.js when absent.')
  }).optional().describe('Encrypts connections and checks the brokers\' certificates and names; plain text when absent.'),
  sasl: z.strictObject({
    mechanism: z.enum(['plain', 'scram-sha-512']).describe('How the password is proven; `plain` sends it, so it needs TLS.'),
    username: z.string().min(1).max(255).optional().describe('User that connects.'),
    usernameFile: Path.optional().describe('File with the user name, instead of `username`; it is read again for each connection.'),
    passwordFile: Path.describe('File with the password.')
  }).refine(({ username, usernameFile }) => (username === undefined) !== (usernameFile === undefined), { path: ['username'], error: 'give exactly one of username and usernameFile' })
    .optional().describe('Authentication by user and password; none when absent.'),
  clientCertificate: z.strictObject({
    certFile: Path.describe('Certificate of this client in PEM.'),
    keyFile: Path.describe('Its private key in PEM.')
  }).optional().describe('Authentication by certificate (mutual TLS); none when absent.')
})
  .refine(({ tls, sasl }) => sasl?.mechanism !== 'plain' || tls !== undefined, { path: ['tls'], error: 'is needed for the mechanism plain, which sends the password; or use scram-sha-512' })
  .refine(({ tls, clientCertificate }) => clientCertificate === undefined || tls !== undefined, { path: ['tls'], error: 'is needed for a client certificate' })
  .describe('A Kafka cluster.')

/** {@inheritDoc KafkaConfig} */
export type KafkaConfig = z.output<typeof KafkaConfig>
