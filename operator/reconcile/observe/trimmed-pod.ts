import type { KubeObject } from '../../runtime/kube-object.ts'

interface Container { name?: string, resources?: { limits?: object } }

/** A pod without the parts that the operator does not read. Of its spec only the limits of its containers stay: a condition quotes them. */
export function trimmedPod (pod: KubeObject): KubeObject {
  const { containers, initContainers } = (pod['spec'] ?? {}) as Record<'containers' | 'initContainers', readonly Container[] | undefined>

  return { ...pod, spec: { containers: limitsOf(containers), initContainers: limitsOf(initContainers) } }
}

function limitsOf (containers: readonly Container[] = []): Container[] {
  return containers.map(({ name = '', resources: { limits = {} } = {} }) => ({ name, resources: { limits } }))
}
