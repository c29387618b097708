// Typical sets of values of the chart, each with its subject. Every value is in one of them.
const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`
const PROBE = {
  scans: [{ name: 'main', network: { preset: 'ipfs' } }],
  kafka: { brokers: ['kafka:9092'] },
  mysql: { host: 'db', database: 'ipfs', credentialsSecret: { name: 'mysql' } }
}
const PLACED = {
  nodeSelector: { type: 'kwok' },
  tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'crawlers', effect: 'NoSchedule' }, { operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 30 }],
  affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, preference: { matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] } }] } },
  priorityClassName: 'system-cluster-critical',
  podAnnotations: { note: 'of the owner' },
  podLabels: { team: 'networks' }
}
const EXTRA = {
  env: { HTTPS_PROXY: 'http://proxy:3128', NODE_EXTRA_CA_CERTS: '/etc/ca/bundle.pem' },
  extraEnv: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }, { name: 'TRIES', value: 3 }],
  extraArgs: ['--log-level', 'debug'],
  extraVolumes: [{ name: 'ca', configMap: { name: 'ca', defaultMode: 0o440, optional: true } }, { name: 'scratch', emptyDir: { sizeLimit: '16Mi' } }],
  extraVolumeMounts: [{ name: 'ca', mountPath: '/etc/ca', readOnly: true }, { name: 'scratch', mountPath: '/scratch' }]
}
const OBSERVED = {
  monitoring: { scrapeFrom: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }], scrapeAnnotations: true, prometheusRule: { enabled: true, labels: { release: 'prometheus' } } },
  serviceMonitor: { enabled: true, labels: { release: 'prometheus' }, interval: '30s' },
  dashboards: { enabled: true, research: true, label: 'grafana.com/dashboard', labelValue: 1, folder: 'Peers', folderAnnotation: 'grafana.com/folder', annotations: { owner: 'networks' } },
  service: { annotations: { note: 'metrics' } }
}

/** One installation. */
export interface ValueSet {
  values: object

  /** @default 'set' and its number */
  release?: string

  /** Pods that the API server must admit. @default 1 */
  pods?: number
}

/** The sets by name. The namespaces `served` and `more` exist. */
export function valueSets (served: string, more: string): Record<string, ValueSet> {
  return {
    'nothing set': { values: {} },
    'a release of 53 characters': { values: {}, release: 'a'.repeat(53) },
    'a release of 53 characters that differs in the last one': { values: {}, release: `${'a'.repeat(52)}b` },
    'a release of digits and dots': { values: {}, release: '2026.11.30' },
    'two replicas': { values: { replicas: 2 }, pods: 2 },
    'two replicas that are spread as their owner says': { values: { replicas: 2, topologySpreadConstraints: [{ topologyKey: 'kubernetes.io/hostname', maxSkew: 2, minDomains: 1, whenUnsatisfiable: 'DoNotSchedule' }], podDisruptionBudget: { enabled: false } }, pods: 2 },
    'one replica with a budget, and none': { values: { replicas: 0, podDisruptionBudget: { enabled: true } }, pods: 0 },
    'one namespace': { values: { watchNamespace: served } },
    'several namespaces': { values: { watchNamespaces: [served, more] } },
    'an image by its digest': { values: { image: { repository: 'registry.example/peerprobe', digest: DIGEST } } },
    'an image by tag and digest': { values: { image: { tag: '0.1.0', digest: DIGEST, pullPolicy: 'Always' } } },
    'Secrets to pull by': { values: { image: { pullSecrets: [{ name: 'registry' }, { name: 'mirror.example' }] } } },
    'another image for backups': { values: { backup: { image: { repository: 'mirror.example/mysql', tag: '8.4', digest: `sha256:${'0'.repeat(64)}` }, program: 'mysqldump' } } },
    'no definition': { values: { crds: { install: false } } },
    'a definition that goes with the chart': { values: { crds: { keep: false } } },
    'a PodMonitor': { values: { podMonitor: { enabled: true, labels: { release: 'prometheus' }, interval: '1m' } } },
    'no monitor': { values: { podMonitor: { enabled: false } } },
    'a ServiceMonitor, alerts and dashboards': { values: OBSERVED },
    'a policy': { values: { policy: { hostNetwork: true, servers: ['*.databases.svc'], topicPrefix: '{namespace}.', resources: { max: { memory: '4Gi', cpu: 4 } }, namespaces: { lab: { podAnnotations: ['prometheus.io/*'], tolerations: null } } }, secrets: { needConsent: false } } },
    'no network policy': { values: { networkPolicy: { enabled: false } } },
    'a closed network': { values: { networkPolicy: { apiServerPorts: [16_443], apiServer: ['10.0.0.1/32', 'fd00::1/128'], egress: [{ to: [{ ipBlock: { cidr: '10.9.0.1/32' } }], ports: [{ port: 3_128, protocol: 'TCP' }] }] }, monitoring: { scrapeFrom: [] } } },
    'a place of its own': { values: PLACED },
    'further variables, arguments and volumes': { values: EXTRA },
    'an account with an identity of a cloud': { values: { serviceAccount: { annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/x' } } } },
    'other resources': { values: { resources: { requests: { cpu: 0.5, memory: '256Mi' }, limits: { cpu: 2, memory: '1Gi' } } } },
    'a sample': { values: { sample: { enabled: true, name: 'first', spec: PROBE } } },
    'null everywhere': { values: Object.fromEntries(['image', 'backup', 'replicas', 'topologySpreadConstraints', 'podDisruptionBudget', 'watchNamespace', 'watchNamespaces', 'secrets', 'policy', 'crds', 'podMonitor', 'serviceMonitor', 'monitoring', 'dashboards', 'sample', 'logLevel', 'resources', 'networkPolicy', 'serviceAccount', 'service', 'priorityClassName', 'nodeSelector', 'tolerations', 'affinity', 'podAnnotations', 'podLabels', 'env', 'extraEnv', 'extraArgs', 'extraVolumes', 'extraVolumeMounts', 'enabled', 'global'].map(name => [name, null])) },
    'every part at once': {
      release: 'z'.repeat(53),
      pods: 2,
      values: { replicas: 2, image: { tag: '0.1.0', digest: DIGEST, pullSecrets: [{ name: 'registry' }] }, watchNamespaces: [served, more], sample: { enabled: true, name: 'second', namespace: more, spec: PROBE }, serviceAccount: { annotations: { a: 1 } }, logLevel: 'trace', enabled: true, global: { a: 1 }, ...PLACED, ...EXTRA, ...OBSERVED }
    }
  }
}
