// Kinds of the Prometheus operator, reduced to the relevant parts of their published schema. The API server drops an
// unknown field, which would show as endless drift.
const TEXT = { type: 'string' }
const TEXTS = { type: 'array', items: TEXT }
const MAP = { type: 'object', additionalProperties: TEXT }
const SELECTOR = { 'type': 'object', 'x-kubernetes-map-type': 'atomic', 'properties': { matchLabels: MAP } }
const ENDPOINTS = {
  type: 'array',
  items: { type: 'object', properties: { port: TEXT, path: TEXT, interval: TEXT, honorLabels: { type: 'boolean' }, scheme: { type: 'string', enum: ['http', 'https', 'HTTP', 'HTTPS'] } } }
}
const RULE = {
  type: 'object',
  required: ['expr'],
  properties: { alert: TEXT, record: TEXT, for: TEXT, keep_firing_for: TEXT, expr: { 'anyOf': [{ type: 'integer' }, { type: 'string' }], 'x-kubernetes-int-or-string': true }, labels: MAP, annotations: MAP }
}

/** The definition of PodMonitor. */
export const POD_MONITOR_CRD = crd('PodMonitor', ['pmon'], {
  type: 'object',
  required: ['selector'],
  properties: { jobLabel: TEXT, podTargetLabels: TEXTS, selector: SELECTOR, podMetricsEndpoints: ENDPOINTS }
})

/** The definition of ServiceMonitor. */
export const SERVICE_MONITOR_CRD = crd('ServiceMonitor', ['smon'], {
  type: 'object',
  required: ['endpoints', 'selector'],
  properties: { jobLabel: TEXT, targetLabels: TEXTS, selector: SELECTOR, endpoints: ENDPOINTS }
})

/** The definition of PrometheusRule. */
export const PROMETHEUS_RULE_CRD = crd('PrometheusRule', ['promrule'], {
  type: 'object',
  properties: {
    groups: { type: 'array', items: { type: 'object', required: ['name'], properties: { name: TEXT, interval: TEXT, labels: MAP, rules: { type: 'array', items: RULE } } } }
  }
})

function crd (kind: string, shortNames: readonly string[], spec: object): object {
  const singular = kind.toLowerCase()

  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${singular}s.monitoring.coreos.com` },
    spec: {
      group: 'monitoring.coreos.com',
      scope: 'Namespaced',
      names: { kind, plural: `${singular}s`, singular, listKind: `${kind}List`, shortNames, categories: ['prometheus-operator'] },
      versions: [{
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', required: ['spec'], properties: { spec } } }
      }]
    }
  }
}
