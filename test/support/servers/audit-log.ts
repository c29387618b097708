import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** A request in the API server's audit log. */
export interface AuditEvent {
  verb: string
  userAgent?: string
  requestURI?: string
  user: { username: string }
  objectRef?: { resource: string, subresource?: string, namespace?: string, name?: string, apiGroup?: string }
  responseStatus?: { code: number }

  /** When the request arrived, RFC 3339. */
  requestReceivedTimestamp?: string

  /** When it was answered. */
  stageTimestamp?: string
}

/** The audit log of a running API server, which keeps writing to it. */
export class AuditLog {
  readonly #path: string
  readonly #events: AuditEvent[] = []
  #offset = 0

  /** Bytes after the last line break: the start of a line. */
  #rest = Buffer.alloc(0)

  /** @param path of the log file */
  constructor (path: string) {
    this.#path = path
  }

  /** Its requests, the oldest first. Reads only new lines, since the log of one test may reach 100 MB. */
  events (): readonly AuditEvent[] {
    const bytes = Buffer.concat([this.#rest, this.#readOn()])
    const end = bytes.lastIndexOf('\n') + 1
    this.#rest = bytes.subarray(end)

    for (const line of bytes.toString('utf8', 0, end).split('\n').filter(text => text !== '')) {
      this.#events.push(JSON.parse(line) as AuditEvent)
    }

    return this.#events
  }

  #readOn (): Buffer {
    const file = openSync(this.#path, 'r')

    try {
      const bytes = Buffer.alloc(Math.max(0, fstatSync(file).size - this.#offset))
      const read = readSync(file, bytes, 0, bytes.length, this.#offset)
      this.#offset += read

      return bytes.subarray(0, read)
    } finally {
      closeSync(file)
    }
  }
}
