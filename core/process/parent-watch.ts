import { readFileSync } from 'node:fs'

const LOOK_EVERY_MS = 1_000

// In a mask of signals that of number 1: https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
const SIGHUP_BIT = 1n

// Behind the name of the process: state, parent, process group, session (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html).
const SESSION_FIELD = 3

/** What decides whether a process was started to outlive its parent. */
export interface Origin {
  env: Readonly<Record<string, string | undefined>>
  pid: number

  /** Texts of /proc/self/status and /proc/self/stat; empty where the system has no /proc. */
  status: string
  stat: string
}

/**
 * Calls `onGone` once when the process that started this one has ended: a run then ends with the shell or the npm that it
 * was started from. Does nothing where it was started to outlive its parent.
 */
export function watchParent (onGone: () => void, origin: Origin = ownOrigin()): Disposable {
  const { ppid } = process
  const timer = isDetached(origin)
    ? undefined
    : setInterval(() => {
        if (process.ppid !== ppid) {
          clearInterval(timer)
          onGone()
        }
      }, LOOK_EVERY_MS).unref()

  return {
    [Symbol.dispose] () {
      clearInterval(timer)
    }
  }
}

/**
 * Whether a process was started to outlive its parent: under `nohup`, which ignores SIGHUP, or as the leader of a session
 * of its own, as `setsid` and service managers do. One that npm runs never is: npm lasts as long as its script.
 */
export function isDetached ({ env, pid, status, stat }: Origin): boolean {
  if (env['npm_lifecycle_event'] !== undefined) {
    return false
  }

  const ignored = /^SigIgn:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'
  const session = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[SESSION_FIELD]

  return (BigInt(`0x${ignored}`) & SIGHUP_BIT) !== 0n || session === String(pid)
}

function ownOrigin (): Origin {
  const { env, pid } = process

  try {
    return { env, pid, status: readFileSync('/proc/self/status', 'utf8'), stat: readFileSync('/proc/self/stat', 'utf8') }
  } catch {
    return { env, pid, status: '', stat: '' }
  }
}
