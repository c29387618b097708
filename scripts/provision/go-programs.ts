import { goProgram } from './go-program.ts'

/** The linter of GitHub's workflow files: found at the path of `actionlint`. */
export const actionlint = goProgram({ name: 'actionlint', package: 'github.com/rhysd/actionlint/cmd/actionlint', takes: 'half a minute' })

/** Helm 3, which many clusters still use beside the Helm 4 of `cluster`: found at the path of `helm`. */
export const helm3 = goProgram({ name: 'helm3', package: 'helm.sh/helm/v3/cmd/helm', takes: '3 minutes' })

/** A Prometheus that finds pods itself, which Debian's cannot; it knows no other discovery. Found at the path of `prometheus`. */
export const prometheusForPods = goProgram({
  name: 'prometheus-kubernetes',
  package: 'github.com/prometheus/prometheus/cmd/prometheus',
  tags: 'remove_all_sd,enable_kubernetes_sd',
  takes: '3 minutes'
})
