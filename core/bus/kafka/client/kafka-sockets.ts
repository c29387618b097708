// Sockets for kafkajs. Certificates are read again for each connection, because they are renewed while a process runs.
// And connections can be closed from here, because the client has waits of a minute that nothing else ends.
import { readFileSync } from 'node:fs'
import { connect, isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { defined } from '../../../defined.ts'
import { ProbeError } from '../../../errors.ts'
import { parseDnsName } from '../../../text/dns-name.ts'
import type { KafkaConfig } from '../../../contracts/kafka/kafka-config.ts'
import type { ISocketFactory } from 'kafkajs'
import type { Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'

const KEEP_ALIVE_MS = 60_000

// kafkajs takes the text before the first colon as the host. So it gets IPv6 addresses with another character instead
// of colons, which is replaced here again.
const COLON = '~'

/** A bootstrap server for kafkajs, which does not know `[address]:port`. */
export function clientAddress (broker: string): string {
  const [, address, port] = /^\[(.+)\]:(\d+)$/.exec(broker) ?? []

  return address === undefined || port === undefined ? broker : `${address.replaceAll(':', COLON)}:${port}`
}

/** The sockets of one Kafka client. */
export class KafkaSockets {
  readonly #config: Pick<KafkaConfig, 'tls' | 'clientCertificate'>
  readonly #open = new Set<Socket>()

  constructor (config: Pick<KafkaConfig, 'tls' | 'clientCertificate'>) {
    this.#config = config
  }

  /** Opens a connection for the client. */
  readonly connect: ISocketFactory = ({ host: written, port, onConnect }) => {
    const host = written.replaceAll(COLON, ':')
    const credentials = this.#credentials()
    const socket = credentials === undefined
      ? connect({ host, port }, onConnect)
      : connectTls({ host, port, ...defined({ servername: isIP(host) === 0 ? parseDnsName(host) ?? host : undefined }), ...credentials }, onConnect)
    socket.setKeepAlive(true, KEEP_ALIVE_MS)
    socket.setNoDelay(true)
    this.#open.add(socket)
    socket.once('close', () => {
      this.#open.delete(socket)
    })

    return socket
  }

  /** Number of open connections. */
  get size (): number {
    return this.#open.size
  }

  /** Closes all connections at once; their requests fail. */
  cut (): void {
    for (const socket of this.#open) {
      socket.destroy(new ProbeError('PP_BUS_CLOSED', 'the connection was closed'))
    }
  }

  #credentials (): ConnectionOptions | undefined {
    const { tls, clientCertificate } = this.#config

    if (tls === undefined) {
      return undefined
    }

    return {
      ...defined({
        ca: tls.caFile === undefined ? undefined : readFileSync(tls.caFile),
        cert: clientCertificate === undefined ? undefined : readFileSync(clientCertificate.certFile),
        key: clientCertificate === undefined ? undefined : readFileSync(clientCertificate.keyFile)
      })
    }
  }
}
