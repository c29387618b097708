// A session whose requests are timed: from opening a stream to its end.
import { defined } from '../../core/defined.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { QueryStream, ReadStream, Session } from '../../crawler/dial/session.ts'

/** How long requests took, in milliseconds; absent for those that were not sent. */
export interface RequestTimes { identifyMs?: number, kadMs?: number }

/** The same session, which writes the times of its requests to `times`. */
export function timedSession (session: Session, clock: Clock, times: RequestTimes): Session {
  return {
    get connection () {
      return session.connection
    },
    get remoteKey () {
      return session.remoteKey
    },
    get latency () {
      return session.latency
    },
    openIdentify: async (signal) => {
      const startedAt = clock.monotonic()
      const onEnd = (): void => {
        times.identifyMs ??= clock.monotonic() - startedAt
      }

      return await opened(session.openIdentify(signal), stream => passOn(stream, onEnd), onEnd)
    },
    openQueries: async (protocols, first, signal) => {
      const startedAt = clock.monotonic()
      const onEnd = (): void => {
        times.kadMs ??= clock.monotonic() - startedAt
      }

      return await opened(session.openQueries(protocols, first, signal), stream => stream === undefined ? undefined : queryStream(stream, onEnd), onEnd)
    },
    ...defined({ ping: session.ping === undefined ? undefined : async () => await session.ping?.() }),
    [Symbol.dispose]: () => {
      session[Symbol.dispose]()
    }
  }
}

async function opened<From, To> (opening: Promise<From>, wrap: (stream: From) => To, onFailure: () => void): Promise<To> {
  try {
    return wrap(await opening)
  } catch (err) {
    onFailure()
    throw err
  }
}

function passOn (stream: ReadStream, onEnd: () => void): ReadStream {
  return {
    read: async signal => await stream.read(signal),
    [Symbol.dispose]: () => {
      onEnd()
      stream[Symbol.dispose]()
    }
  }
}

function queryStream (stream: QueryStream, onEnd: () => void): QueryStream {
  return {
    ...passOn(stream, onEnd),
    protocol: stream.protocol,
    send: (requests) => {
      stream.send(requests)
    }
  }
}
