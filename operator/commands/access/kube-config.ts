import { KubeConfig } from '@kubernetes/client-node'
import { errorText, ProbeError } from '../../../core/errors.ts'

/** Which cluster, of those that kubeconfig files know. */
export interface ClusterChoice {
  /** File in place of those of KUBECONFIG and of the home folder. */
  kubeconfig?: string | undefined

  /** Context in place of the current one. */
  context?: string | undefined
}

// What the library takes where it finds nothing.
const NOTHING_FOUND = 'http://localhost:8080'
const LIBRARY_CONTEXT = 'loaded-context'

/** Reads the configuration of a cluster's client. @throws ProbeError `PP_CONFIG_INVALID` with the option and the way out */
export function loadKubeConfig ({ kubeconfig, context }: ClusterChoice = {}): KubeConfig {
  const config = readFiles(kubeconfig)

  if (context !== undefined) {
    useContext(config, context)
  }

  const server = config.getCurrentCluster()?.server

  if (server === undefined || server === NOTHING_FOUND) {
    throw new ProbeError('PP_CONFIG_INVALID', 'no cluster is chosen: give --kubeconfig and --context, or set KUBECONFIG, or `kubectl config use-context`')
  }

  return config
}

/** Names of all contexts of kubeconfig files, also where none of them is the current one. @throws ProbeError `PP_CONFIG_INVALID` where a file cannot be read */
export function contextNames ({ kubeconfig }: Pick<ClusterChoice, 'kubeconfig'> = {}): string[] {
  return readFiles(kubeconfig).contexts.map(({ name }) => name).filter(name => name !== LIBRARY_CONTEXT)
}

function readFiles (kubeconfig: string | undefined): KubeConfig {
  const config = new KubeConfig()

  try {
    if (kubeconfig === undefined) {
      config.loadFromDefault()
    } else {
      config.loadFromFile(kubeconfig)
    }
  } catch (err) {
    const source = kubeconfig === undefined ? 'KUBECONFIG' : '--kubeconfig'
    throw new ProbeError('PP_CONFIG_INVALID', `${source}: the file cannot be read as a kubeconfig: ${errorText(err)}`, { cause: err })
  }

  return config
}

function useContext (config: KubeConfig, context: string): void {
  const known = config.contexts.map(({ name }) => name)

  if (!known.includes(context)) {
    throw new ProbeError('PP_CONFIG_INVALID', `--context: there is no context ${context}; there are: ${known.length === 0 ? 'none' : known.join(', ')}`)
  }
  config.setCurrentContext(context)
}
