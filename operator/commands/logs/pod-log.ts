import { defined } from '../../../core/defined.ts'
import { KINDS } from '../../model/naming/kinds.ts'
import { pathOf } from '../../runtime/kube-object.ts'
import { textLines } from './text-lines.ts'
import type { KubeClient } from '../../runtime/kube-client.ts'
import type { ObjectKey } from '../../runtime/kube-object.ts'

/** What is read of a log. */
export interface LogChoice {
  /** Container; there may be others that somebody injected. */
  container: string

  /** Only so many lines from its end. */
  tail?: number | undefined

  /** Only lines of the last so many seconds. */
  sinceSeconds?: number | undefined

  /** Only lines from this time on, RFC 3339; the kubelet looks at whole seconds. */
  sinceTime?: string | undefined

  /** Of the container before the last restart. @default false */
  previous?: boolean

  /** Go on with what is written from now on. @default false */
  follow?: boolean

  /** At most so many bytes. */
  maxBytes?: number
}

/** One line of a log. */
export interface LogLine {
  /** When it was written, RFC 3339 with nine digits of a second, so that texts compare as times do; undefined where the kubelet says none. */
  time: string | undefined

  text: string
}

// Container runtimes cut lines at 16 KiB.
const MAX_LINE_BYTES = 65_536
const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z /

/** Reads the log of a container through the API server. @throws ProbeError what that answers, such as that it has not started */
export async function* podLog (client: Pick<KubeClient, 'bytes'>, pod: ObjectKey, choice: LogChoice, signal: AbortSignal): AsyncGenerator<LogLine> {
  const { container, tail, sinceSeconds, sinceTime, previous = false, follow = false, maxBytes } = choice
  const numbers = defined({ tailLines: tail, sinceSeconds, limitBytes: maxBytes })
  const query = {
    container,
    timestamps: 'true',
    ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)])),
    ...defined({ sinceTime, previous: previous ? 'true' : undefined, follow: follow ? 'true' : undefined })
  }

  for await (const line of textLines(client.bytes({ method: 'GET', path: `${pathOf(KINDS.pod, pod)}/log`, query, accept: '*/*' }, signal), MAX_LINE_BYTES)) {
    const [whole = '', seconds, fraction = ''] = TIME.exec(line) ?? []

    yield { time: seconds === undefined ? undefined : `${seconds}.${fraction.padEnd(9, '0')}Z`, text: line.slice(whole.length) }
  }
}
