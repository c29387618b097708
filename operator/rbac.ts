/** One rule of a role (rbac.authorization.k8s.io/v1). */
export interface RbacRule {
  apiGroups: string[]
  resources: string[]

  /** Only objects of these names; all when absent. */
  resourceNames?: string[]
  verbs: string[]
}

/** Exactly the rights that the operator's steps use. The chart's role is generated from them, and a test compares them with the audit log. */
export const RULES: readonly RbacRule[] = [
  { apiGroups: ['peerprobe.dev'], resources: ['peerprobes'], verbs: ['list', 'watch', 'patch'] },
  { apiGroups: ['peerprobe.dev'], resources: ['peerprobes/status'], verbs: ['update'] },
  // Owner references that block deletion need this.
  { apiGroups: ['peerprobe.dev'], resources: ['peerprobes/finalizers'], verbs: ['update'] },
  // Read by name before they are created: the watch does not show an object without our labels, which belongs to another owner.
  { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'] },
  { apiGroups: [''], resources: ['serviceaccounts'], verbs: ['get', 'list', 'watch', 'create', 'patch'] },
  { apiGroups: [''], resources: ['services'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'] },
  // Never listed: Secrets are read only by name.
  { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'create', 'patch'] },
  // To read whether PeerProbes may mount them.
  { apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: ['get'] },
  { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'] },
  { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'] },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'] },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'] },
  { apiGroups: ['kafka.strimzi.io'], resources: ['kafkas'], verbs: ['get'] },
  { apiGroups: ['kafka.strimzi.io'], resources: ['kafkatopics', 'kafkausers'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'] },
  { apiGroups: ['monitoring.coreos.com'], resources: ['podmonitors'], verbs: ['get', 'create', 'patch'] },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create'] },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] }
]

/**
 * Exactly what `kubectl peerprobe status`, `plan` and `job` ask for: they read, and make dry runs, for which the API server wants the right to
 * write. The chart makes a role for people of it.
 */
export const COMMAND_RULES: readonly RbacRule[] = [
  { apiGroups: ['peerprobe.dev'], resources: ['peerprobes'], verbs: ['get', 'list', 'watch', 'create', 'update'] },
  { apiGroups: ['peerprobe.dev'], resources: ['peerprobes/finalizers'], verbs: ['update'] },
  { apiGroups: [''], resources: ['configmaps', 'services'], verbs: ['get', 'list', 'create', 'patch'] },
  { apiGroups: [''], resources: ['serviceaccounts'], verbs: ['get', 'create', 'patch'] },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['list'] },
  // What pods read decides whether they restart.
  { apiGroups: [''], resources: ['secrets'], verbs: ['get'] },
  { apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: ['get'] },
  { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'create', 'patch'] },
  { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: ['get', 'list', 'create', 'patch'] },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: ['get', 'list', 'create', 'patch'] },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['get', 'list', 'create', 'patch'] },
  { apiGroups: ['kafka.strimzi.io'], resources: ['kafkas'], verbs: ['get'] },
  { apiGroups: ['kafka.strimzi.io'], resources: ['kafkatopics', 'kafkausers'], verbs: ['get', 'create', 'patch'] },
  { apiGroups: ['monitoring.coreos.com'], resources: ['podmonitors'], verbs: ['get', 'create', 'patch'] }
]

/**
 * Exactly what `kubectl peerprobe status`, `crawl-now`, `logs` and `bundle` ask for: `docs/kubectl.md` has it as a role. It is
 * no role of the chart, since `pods/proxy` reaches every port of every pod.
 */
export const SUPPORT_RULES: readonly RbacRule[] = [
  { apiGroups: ['peerprobe.dev'], resources: ['peerprobes'], verbs: ['get', 'list', 'watch', 'patch'] },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['list'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'] },
  { apiGroups: [''], resources: ['pods/log', 'pods/proxy'], verbs: ['get'] },
  { apiGroups: [''], resources: ['configmaps', 'serviceaccounts', 'services'], verbs: ['list'] },
  { apiGroups: ['apps'], resources: ['deployments', 'replicasets'], verbs: ['list'] },
  { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: ['list'] },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: ['list'] },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['list'] },
  { apiGroups: ['kafka.strimzi.io'], resources: ['kafkatopics', 'kafkausers'], verbs: ['list'] },
  { apiGroups: ['monitoring.coreos.com'], resources: ['podmonitors'], verbs: ['list'] }
]
