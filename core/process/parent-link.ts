/** Message of a child process to the local runner that spawned it. */
export interface ChildReady {
  type: 'ready'

  /** Port of its admin server on 127.0.0.1. */
  adminPort: number
}

/** Reports to the parent that the admin server is up; does nothing without an IPC channel, as in a pod. */
export function tellParent (message: ChildReady): void {
  process.send?.(message)
}

/** Narrows an IPC message to {@link ChildReady}. */
export function isChildReady (message: unknown): message is ChildReady {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'ready' && 'adminPort' in message && typeof message.adminPort === 'number'
}
