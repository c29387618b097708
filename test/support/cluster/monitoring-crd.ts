// PodMonitor of the Prometheus operator as far as it matters here, to its published schema: an unknown field is dropped by
// the API server, which would show as drift without end.
const TEXTS = { type: 'array', items: { type: 'string' } }

/** The definition of PodMonitor. */
export const POD_MONITOR_CRD: object = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'podmonitors.monitoring.coreos.com' },
  spec: {
    group: 'monitoring.coreos.com',
    scope: 'Namespaced',
    names: { kind: 'PodMonitor', plural: 'podmonitors', singular: 'podmonitor', listKind: 'PodMonitorList', shortNames: ['pmon'], categories: ['prometheus-operator'] },
    versions: [{
      name: 'v1',
      served: true,
      storage: true,
      schema: {
        openAPIV3Schema: {
          type: 'object',
          required: ['spec'],
          properties: {
            spec: {
              type: 'object',
              required: ['selector'],
              properties: {
                jobLabel: { type: 'string' },
                podTargetLabels: TEXTS,
                selector: { 'type': 'object', 'x-kubernetes-map-type': 'atomic', 'properties': { matchLabels: { type: 'object', additionalProperties: { type: 'string' } } } },
                podMetricsEndpoints: {
                  type: 'array',
                  items: { type: 'object', properties: { port: { type: 'string' }, path: { type: 'string' }, interval: { type: 'string' }, scheme: { type: 'string', enum: ['http', 'https', 'HTTP', 'HTTPS'] } } }
                }
              }
            }
          }
        }
      }
    }]
  }
}
