import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RULES } from '../../../operator/rbac.ts'
import { Child } from '../child.ts'
import type { ControlPlane } from '../servers/control-plane.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** User that operators of the tests connect as: it has the operator's role and nothing else. */
export const OPERATOR_USER = 'peerprobe-operator'

// What the manifests of the tests ask for beyond what holds where the cluster's owner says nothing.
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
   * @param args the last of two counts: `--policy` replaces the open one of the tests
   * @param root folder with the source, of another version perhaps
   */
  constructor (kubeconfig: string, args: readonly string[] = [], root = ROOT) {
    super(spawn(process.execPath, [join(root, 'operator/main.ts'), '--workload-image', 'peerprobe:test', '--admin-port', '0', '--admin-host', '127.0.0.1', '--policy', JSON.stringify(POLICY), ...args], {
      env: { ...process.env, KUBECONFIG: kubeconfig },
      stdio: ['ignore', 'pipe', 'inherit']
    }))
  }
}
