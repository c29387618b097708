// An attacker who answers in place of a MySQL server to get the password. It implements the protocol of a login and records
// what the client sends. https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html
import { constants, generateKeyPairSync, privateDecrypt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'

/** What the server offers, and what it sends after each packet of the client. */
export interface FakeLogin {
  /** Authentication plugin in the first packet. */
  offered: string

  /** Additional capability flags of the first packet. */
  capabilities?: number

  /** Payloads; the first one answers the client's login. */
  steps: readonly Buffer[]
}

const SCRAMBLE = Buffer.from('abcdefghijklmnopqrst')
const CAPABILITIES = 0x1 | 0x8 | 0x200 | 0x2000 | 0x8000 | 0x10000 | 0x20000 | 0x80000 | 0x200000
const DENIED = Buffer.concat([Buffer.from([0xff, 0x15, 0x04]), Buffer.from('#28000Access denied')])

/** The server's RSA key, in the form that is sent. */
export const KEY = generateKeyPairSync('rsa', { modulusLength: 2_048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } })

/** Asks the client to use another authentication plugin. */
export const switchTo = (plugin: string): Buffer => Buffer.concat([Buffer.from([0xfe]), Buffer.from(`${plugin}\0`), SCRAMBLE, Buffer.of(0)])

/** Asks for a second factor. */
export const nextFactor = (plugin: string): Buffer => Buffer.concat([Buffer.from([0x02]), Buffer.from(`${plugin}\0`), SCRAMBLE, Buffer.of(0)])

/** More data for the current authentication plugin. */
export const moreData = (data: Buffer | string): Buffer => Buffer.concat([Buffer.from([0x01]), Buffer.from(data)])

/** A server on a free port of 127.0.0.1 for logins one after the other, all with the same script. */
export class FakeMysqlServer implements AsyncDisposable {
  /** The packets that clients sent. */
  readonly received: Buffer[] = []

  readonly #login: FakeLogin
  readonly #sockets = new Set<Socket>()
  readonly #server: Server

  private constructor (login: FakeLogin) {
    this.#login = login
    this.#server = createServer((socket) => {
      this.#serve(socket)
    })
  }

  static async open (login: FakeLogin): Promise<FakeMysqlServer> {
    const fake = new FakeMysqlServer(login)
    fake.#server.listen(0, '127.0.0.1')
    await once(fake.#server, 'listening')

    return fake
  }

  get port (): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Whether the packets reveal the password: in plain text, without the scramble, or encrypted for the server's key. */
  learnt (password: string): boolean {
    return this.received.some(packet => [packet, unmasked(packet), decrypted(packet)].some(text => text.includes(password)))
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    this.#sockets.forEach(socket => socket.destroy())
    this.#server.close()
    await once(this.#server, 'close')
  }

  #serve (socket: Socket): void {
    const steps = [...this.#login.steps]
    let rest = Buffer.alloc(0)
    this.#sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('data', (data) => {
      rest = Buffer.concat([rest, data])
      while (rest.length >= 4 && rest.length >= 4 + rest.readUIntLE(0, 3)) {
        const end = 4 + rest.readUIntLE(0, 3)
        this.received.push(rest.subarray(4, end))
        socket.write(framed(steps.shift() ?? DENIED, (rest[3] ?? 0) + 1))
        rest = rest.subarray(end)
      }
    })
    socket.write(framed(this.#greeting(), 0))
  }

  #greeting (): Buffer {
    const { offered, capabilities = 0 } = this.#login
    const flags = CAPABILITIES | capabilities
    const fixed = Buffer.alloc(18)
    fixed.writeUInt16LE(flags & 0xffff, 0)
    fixed[2] = 45
    fixed.writeUInt16LE(2, 3)
    fixed.writeUInt16LE(flags >>> 16, 5)
    fixed[7] = SCRAMBLE.length + 1

    return Buffer.concat([Buffer.from([10]), Buffer.from('8.4.0\0'), Buffer.from([1, 0, 0, 0]), SCRAMBLE.subarray(0, 8), Buffer.of(0), fixed, SCRAMBLE.subarray(8), Buffer.of(0), Buffer.from(`${offered}\0`)])
  }
}

function framed (payload: Buffer, sequence: number): Buffer {
  const header = Buffer.alloc(4)
  header.writeUIntLE(payload.length, 0, 3)
  header[3] = sequence & 0xff

  return Buffer.concat([header, payload])
}

function unmasked (packet: Buffer): Buffer {
  return packet.map((byte, i) => byte ^ SCRAMBLE[i % SCRAMBLE.length]!) as Buffer
}

function decrypted (packet: Buffer): Buffer {
  try {
    return unmasked(privateDecrypt({ key: KEY.privateKey, oaepHash: 'sha1', padding: constants.RSA_PKCS1_OAEP_PADDING }, packet))
  } catch {
    return Buffer.alloc(0) // not encrypted for this key
  }
}
