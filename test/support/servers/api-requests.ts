// Frequent requests of tests to an API server, from this process: starting kubectl for each request takes a tenth of a
// second of CPU time, which was half of the time of the cluster tests.
import { KubeConfig } from '@kubernetes/client-node'
import { KubeClient } from '../../../operator/runtime/kube-client.ts'

interface Resource { path: string, namespaced: boolean, kind: string, apiVersion: string, names: readonly string[] }

interface ResourceDiscovery { resource: string, singularResource: string, shortNames?: string[], scope: string, responseKind: { kind: string } }
interface GroupDiscovery { metadata: { name?: string }, versions: { version: string, resources?: ResourceDiscovery[] }[] }

interface Manifest { apiVersion: string, kind: string, metadata: { name: string, namespace?: string } }

/** The arguments of `kubectl get`. */
interface Question { kinds: string[], name: string | undefined, namespace: string | undefined, query: Record<string, string> }

const DISCOVERY = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

// The field manager of kubectl, so that fields applied with kubectl still belong to it.
const FIELD_MANAGER = 'kubectl'

/** Requests of a user who may do everything. */
export class ApiRequests {
  readonly #client: KubeClient
  #resources: readonly Resource[] = []

  /** @param kubeconfig file */
  constructor (kubeconfig: string) {
    const config = new KubeConfig()
    config.loadFromFile(kubeconfig)
    this.#client = new KubeClient(config)
  }

  /**
   * Reads like `kubectl get -o json`: `kind[,kind] [name] [-n namespace | -A] [-l selector]
   * [--field-selector selector]`.
   * @throws TypeError for other arguments; ProbeError when the API server refuses, including for a
   *   missing object
   */
  async get (args: readonly string[]): Promise<unknown> {
    const { kinds, name, namespace, query } = questionOf(args)
    const lists: { items: Record<string, unknown>[] }[] = []

    for (const kind of kinds) {
      const resource = await this.#find(({ names }) => names.includes(kind), kind)
      const path = pathOf(resource, namespace)

      if (name !== undefined) {
        return await this.#json('GET', `${path}/${name}`)
      }

      const { items } = await this.#json('GET', path, { query }) as { items: Record<string, unknown>[] }
      // A list contains the kind once, for all of its items.
      lists.push({ items: items.map(item => ({ apiVersion: resource.apiVersion, kind: resource.kind, ...item })) })
    }

    return { items: lists.flatMap(({ items }) => items) }
  }

  /** Applies an object by force, like `kubectl apply --server-side --force-conflicts`. */
  async apply (object: object): Promise<void> {
    const { apiVersion, kind, metadata: { name, namespace = 'default' } } = object as Manifest
    const resource = await this.#find(known => known.kind === kind && known.apiVersion === apiVersion, `${kind} of ${apiVersion}`)
    const options = { query: { fieldManager: FIELD_MANAGER, force: 'true', fieldValidation: 'Strict' }, contentType: 'application/apply-patch+yaml', body: object }
    await this.#json('PATCH', `${pathOf(resource, namespace)}/${name}`, options)
  }

  /** Merges into the status of an object. */
  async mergeStatus (kind: string, { namespace, name }: { namespace: string, name: string }, status: object): Promise<void> {
    const resource = await this.#find(({ names }) => names.includes(kind), kind)
    await this.#json('PATCH', `${pathOf(resource, namespace)}/${name}/status`, { contentType: 'application/merge-patch+json', body: { status } })
  }

  /** Whether the API server answers a path successfully; while it starts it answers with errors, or not at all. */
  async answers (path: string): Promise<boolean> {
    return await this.#json('GET', path).then(() => true, () => false)
  }

  async #json (method: 'GET' | 'PATCH', path: string, options: { query?: Record<string, string>, contentType?: string, body?: unknown } = {}): Promise<unknown> {
    return await this.#client.json({ method, path, ...options }, AbortSignal.timeout(60_000))
  }

  // An unknown kind may have been defined since.
  async #find (isIt: (resource: Resource) => boolean, what: string): Promise<Resource> {
    const known = this.#resources.find(isIt)

    if (known !== undefined) {
      return known
    }

    this.#resources = (await Promise.all(['/api', '/apis'].map(async path => await this.#discover(path)))).flat()
    const found = this.#resources.find(isIt)

    if (found === undefined) {
      throw new TypeError(`the API server has no ${what}`)
    }

    return found
  }

  async #discover (path: string): Promise<Resource[]> {
    const { items } = await this.#client.json({ method: 'GET', path, accept: DISCOVERY }, AbortSignal.timeout(60_000)) as { items: GroupDiscovery[] }

    return items.flatMap(({ metadata: { name: group = '' }, versions }) => versions.flatMap(({ version, resources = [] }) => resources.map((resource) => {
      const { resource: plural, singularResource, shortNames = [], scope, responseKind: { kind } } = resource
      const apiVersion = group === '' ? version : `${group}/${version}`
      const short = [plural, singularResource, kind.toLowerCase(), ...shortNames]

      return {
        path: group === '' ? `/api/${version}//${plural}` : `/apis/${apiVersion}//${plural}`,
        namespaced: scope === 'Namespaced',
        kind,
        apiVersion,
        names: [...short, ...short.flatMap(text => [`${text}.${group}`, `${text}.${version}.${group}`])]
      }
    })))
  }
}

function pathOf ({ path, namespaced }: Resource, namespace: string | undefined): string {
  return path.replace('//', namespaced && namespace !== undefined ? `/namespaces/${namespace}/` : '/')
}

function questionOf (args: readonly string[]): Question {
  const positional: string[] = []
  const query: Record<string, string> = {}
  let namespace: string | undefined = 'default'

  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!

    if (arg === '-A') {
      namespace = undefined
    } else if (arg === '-n') {
      namespace = args[++i]
    } else if (arg === '-l' || arg === '--field-selector') {
      query[arg === '-l' ? 'labelSelector' : 'fieldSelector'] = args[++i] ?? ''
    } else if (arg.startsWith('-')) {
      throw new TypeError(`${arg} is asked of kubectl itself: plane.kubectl(['get', …])`)
    } else {
      positional.push(...arg.split('/'))
    }
  }

  const [kinds = '', name] = positional

  return { kinds: kinds.toLowerCase().split(','), name, namespace, query }
}
