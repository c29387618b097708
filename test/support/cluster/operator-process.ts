import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RULES } from '../../../operator/rbac.ts'
import { Child } from '../child.ts'
import type { ControlPlane } from '../servers/control-plane.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** The user of operators in tests. It has only the operator's role. */
export const OPERATOR_USER = 'peerprobe-operator'

// What the manifests of the tests need beyond the default policy.
const POLICY = { privateAddresses: true, podAnnotations: ['*'], serviceAnnotations: ['*'], tolerations: ['dedicated'] }

/** Gives that user the operator's role. */
export async function grantRole (plane: ControlPlane): Promise<void> {
  const rbac = 'rbac.authorization.k8s.io'
  await plane.apply(
    { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name: OPERATOR_USER }, rules: RULES },
    { apiVersion: `${rbac}/v1`, kind: 'ClusterRoleBinding', metadata: { name: OPERATOR_USER }, roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: OPERATOR_USER }, subjects: [{ apiGroup: rbac, kind: 'User', name: OPERATOR_USER }] }
  )
}

/** The operator, from source, against a real API server. */
export class OperatorProcess extends Child {
  /**
   * @param args the last of two options counts: `--policy` replaces the permissive one of the tests
   * @param root folder with the source, which may be of another version
   */
  constructor (kubeconfig: string, args: readonly string[] = [], root = ROOT) {
    super(spawn(process.execPath, [join(root, 'operator/main.ts'), '--workload-image', 'peerprobe:test', '--admin-port', '0', '--admin-host', '127.0.0.1', '--policy', JSON.stringify(POLICY), ...args], {
      env: { ...process.env, KUBECONFIG: kubeconfig },
      stdio: ['ignore', 'pipe', 'inherit']
    }))
  }
}
