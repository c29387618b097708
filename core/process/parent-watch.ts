import { readFileSync } from 'node:fs'

const LOOK_EVERY_MS = 1_000

// The bit of signal number 1 in a mask: https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
const SIGHUP_BIT = 1n

// Fields after the name of the process: state, parent, process group, session (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html).
const SESSION_FIELD = 3

/** Facts that decide whether a process was started to outlive its parent. */
export interface Origin {
  env: Readonly<Record<string, string | undefined>>
  pid: number

  /** Contents of /proc/self/status and /proc/self/stat; empty on systems without /proc. */
  status: string
  stat: string
}

/**
 * Calls `onGone` once when the process that started this one has ended, so that a run ends with its shell or npm. Does
 * nothing where this process was started to outlive its parent.
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
 * Whether a process was started to outlive its parent: under `nohup`, which ignores SIGHUP, or as a session leader, as
 * `setsid` and service managers do. Never true under npm, which runs as long as its script.
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
