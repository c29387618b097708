import { setTimeout as delay } from 'node:timers/promises'
import type { PodContainer, PodProbe } from './pod.ts'

const SECOND = 1_000

/** The target of a probe. */
export interface ProbeTarget { container: PodContainer, address: string }

/** Called for each change of a probe's answer, including the first answer. */
export type OnProbeChange = (isWell: boolean) => void

/** Runs one of the probes of a container, if it has it, until `signal` aborts. */
export async function watchProbe (probe: PodProbe | undefined, target: ProbeTarget, onChange: OnProbeChange, signal: AbortSignal): Promise<void> {
  let failures = 0
  let before: boolean | undefined

  while (probe !== undefined && !signal.aborted) {
    const { periodSeconds = 10, failureThreshold = 3 } = probe
    failures = await answers(probe, target) ? 0 : failures + 1
    const now = judge(failures, failureThreshold, before)

    if (now !== undefined && now !== before && !isAborted(signal)) {
      before = now
      onChange(now)
    }

    await delay(periodSeconds * SECOND, undefined, { signal }).catch(() => undefined) // the end of the watch
  }
}

/**
 * Runs the startup probe of a container, if it has one. Resolves with whether the container has started; the other probes begin
 * only then.
 */
export async function hasStarted (probe: PodProbe | undefined, target: ProbeTarget, signal: AbortSignal): Promise<boolean> {
  if (probe === undefined) {
    return true
  }

  const over = new AbortController()
  let started = false
  await watchProbe(probe, target, (isWell) => {
    started = isWell
    over.abort()
  }, AbortSignal.any([signal, over.signal]))

  return started
}

// A healthy container fails after several failures in a row.
function judge (failures: number, threshold: number, before: boolean | undefined): boolean | undefined {
  return failures === 0 || (failures >= threshold ? false : before)
}

function isAborted ({ aborted }: AbortSignal): boolean {
  return aborted
}

async function answers ({ httpGet, timeoutSeconds = 1 }: PodProbe, { container, address }: ProbeTarget): Promise<boolean> {
  const port = container.ports?.find(({ name }) => name === httpGet?.port)?.containerPort ?? Number(httpGet?.port)

  try {
    const { status } = await fetch(`http://${address}:${String(port)}${httpGet?.path ?? ''}`, { signal: AbortSignal.timeout(timeoutSeconds * SECOND) })

    return status >= 200 && status < 400
  } catch {
    return false // no answer counts as a failure
  }
}
