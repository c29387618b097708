import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { RULES } from '../../../operator/rbac.ts'
import type { ControlPlane } from '../servers/control-plane.ts'
import type { ChildProcess } from 'node:child_process'

const ENTRY = fileURLToPath(new URL('../../../operator/main.ts', import.meta.url))

/** User that operators of the tests connect as: it has the operator's role and nothing else. */
export const OPERATOR_USER = 'peerprobe-operator'

/** Gives that user the operator's role. */
export async function grantRole (plane: ControlPlane): Promise<void> {
  const rbac = 'rbac.authorization.k8s.io'
  await plane.apply(
    { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name: OPERATOR_USER }, rules: RULES },
    { apiVersion: `${rbac}/v1`, kind: 'ClusterRoleBinding', metadata: { name: OPERATOR_USER }, roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: OPERATOR_USER }, subjects: [{ apiGroup: rbac, kind: 'User', name: OPERATOR_USER }] }
  )
}

/** The operator, from source, against a real API server. */
export class OperatorProcess implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly ended: Promise<number | null>

  /** What it has logged: JSON lines. */
  output = ''

  constructor (kubeconfig: string, { server, args = [] }: { server?: string, args?: string[] } = {}) {
    this.#child = spawn(process.execPath, [ENTRY, '--workload-image', 'peerprobe:test', '--admin-port', '0', '--admin-host', '127.0.0.1', '--no-pod-status', ...args], {
      env: { ...process.env, KUBECONFIG: kubeconfig, ...server === undefined ? {} : { PEERPROBE_API_SERVER: server } },
      stdio: ['ignore', 'pipe', 'inherit']
    })
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.output += String(chunk)
    })
    this.ended = once(this.#child, 'close').then(([code]) => code as number | null)
  }

  get pid (): number {
    return this.#child.pid ?? 0
  }

  async stop (): Promise<number | null> {
    this.#child.kill('SIGTERM')
    return await this.ended
  }

  async kill (): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.ended
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      await this.kill()
    }
  }
}
