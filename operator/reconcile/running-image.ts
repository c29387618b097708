import type { KubeObject } from '../runtime/kube-object.ts'

/** Image of a Deployment's first container. */
export function imageOf (deployment: KubeObject | undefined): string | undefined {
  const { template } = (deployment?.['spec'] ?? {}) as { template?: { spec?: { containers?: { image?: string }[] } } }

  return template?.spec?.containers?.[0]?.image
}
