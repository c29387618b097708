// Our own sockets instead of the client's: certificates are read again for each connection, since they
// are renewed while a process runs; and what does not end by itself can be cut, since the client has
// waits of a minute that nothing else ends.
import { readFileSync } from 'node:fs'
import { connect, isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { defined } from '../../../defined.ts'
import { ProbeError } from '../../../errors.ts'
import { parseDnsName } from '../../../text/dns-name.ts'
import type { KafkaConfig } from '../../../contracts/kafka-config.ts'
import type { ISocketFactory } from 'kafkajs'
import type { Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'

const KEEP_ALIVE_MS = 60_000

// kafkajs takes the text before the first colon for the host: it gets IPv6 addresses with their colons replaced by
// a character that no host has, and hands them back here.
const COLON = '~'

/** A bootstrap server as kafkajs takes it, which does not know `[address]:port`. */
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

  /** How many are open. */
  get size (): number {
    return this.#open.size
  }

  /** Ends all of them at once; the requests on them fail. */
  cut (): void {
    for (const socket of this.#open) {
      socket.destroy(new ProbeError('PP_BUS_CLOSED', 'the connection was cut'))
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
