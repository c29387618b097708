import { errorText, isProbeError } from '../../../core/errors.ts'

/** Types of the conditions of a PeerProbe. */
export const CONDITION_TYPES = ['Ready', 'KafkaReady', 'DatabaseReady', 'ConsumersReady', 'CrawlersReady', 'Suspended', 'Paused'] as const

/** {@inheritDoc CONDITION_TYPES} */
export type ConditionType = typeof CONDITION_TYPES[number]

/** The parts of a PeerProbe in the order in which they are applied: of several causes the first is reported. */
export const ORDER = ['KafkaReady', 'DatabaseReady', 'ConsumersReady', 'CrawlersReady'] as const satisfies readonly ConditionType[]

/** A finding about one part of a PeerProbe. */
export interface Finding {
  status: 'True' | 'False' | 'Unknown'

  /** UpperCamelCase; from the error table if it is not a success. */
  reason: string
  message: string
}

/** A condition as Kubernetes has it (metav1.Condition). */
export interface Condition extends Finding {
  type: string
  observedGeneration: number

  /** When the status last changed, RFC 3339. */
  lastTransitionTime: string
}

// The API allows 32,768; shorter is enough to read.
const MAX_MESSAGE_CHARS = 1_024

// The API server's message contains the refused user: the operator's ServiceAccount, which readers
// of a condition may not be allowed to see.
const ACCOUNT = /system:serviceaccount:[-.a-z0-9]+:[-.a-z0-9]+/g

/** A state that does not apply and is not a failure. */
export function off (reason: string): Finding {
  return { status: 'False', reason, message: '' }
}

/** The finding of a success. */
export function good (reason: string, message: string): Finding {
  return { status: 'True', reason, message }
}

/** The finding of something in progress. */
export function waiting (reason: string, message: string): Finding {
  return { status: 'Unknown', reason, message }
}

/**
 * The finding of a failure, by its code's reason. If an error only means that something does not exist yet, `details.waiting` is the
 * reason; if Kubernetes knows a better one than the code, that is in `details.found`.
 */
export function failed (err: unknown): Finding {
  const { waiting: reason, found } = isProbeError(err) ? err.details : {}
  const message = errorText(err).replaceAll(ACCOUNT, 'the operator\'s account')

  if (typeof reason === 'string') {
    return waiting(reason, message)
  }

  const own = isProbeError(err) ? err.reason : 'InternalError'

  return { status: 'False', reason: typeof found === 'string' ? found : own, message }
}

/** Findings by condition type. */
export type Findings = Readonly<Partial<Record<ConditionType, Finding>>>

/** Conditions from findings; a time moves only when a status flips. */
export function conditionsOf (findings: Findings, before: readonly Condition[], { generation, now }: { generation: number, now: string }): Condition[] {
  return CONDITION_TYPES.flatMap((type) => {
    const finding = findings[type]

    if (finding === undefined) {
      return []
    }

    const old = before.find(condition => condition.type === type)
    const { status, reason, message } = finding
    const lastTransitionTime = old?.status === status ? old.lastTransitionTime : now

    return [{ type, status, reason, message: message.slice(0, MAX_MESSAGE_CHARS), observedGeneration: generation, lastTransitionTime }]
  })
}
