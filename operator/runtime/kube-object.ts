/** A JSON object of the Kubernetes API, as the server sent it, including unknown fields. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
  [field: string]: unknown
}

/** The metadata that controllers use. */
export interface ObjectMeta {
  name: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  finalizers?: string[]
  ownerReferences?: OwnerReference[]
  [field: string]: unknown
}

/** The owner of an object: the garbage collector removes the object with it. */
export interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

/** A kind of object and its place in the API. */
export interface KindRef {
  /** Such as `v1` or `apps/v1`. */
  apiVersion: string
  kind: string

  /** Its name in paths, such as `deployments`. */
  plural: string
  namespaced: boolean
}

/** Identifies an object of one kind. */
export interface ObjectKey {
  namespace?: string | undefined
  name: string
}

/** Accept header for only the metadata of an object. */
export const METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1'

/** The key of an object as one text. */
export function keyOf ({ namespace = '', name }: ObjectKey): string {
  return `${namespace}/${name}`
}

/** The path of one object, or of a kind's collection in one namespace or, without a namespace, in all. */
export function pathOf ({ apiVersion, plural, namespaced }: KindRef, { namespace, name }: Partial<ObjectKey> = {}): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const place = namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : ''

  return `${root}${place}/${plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`
}

/**
 * Whether an object was written after another one. Versions are numbers that grow with every write, which Kubernetes
 * guarantees since 1.35 and did before. Versions of other forms cannot be compared.
 */
export function isNewer ({ metadata: { resourceVersion: a = '' } }: KubeObject, { resourceVersion: b = '' }: { resourceVersion?: string | undefined }): boolean {
  return /^\d+$/.test(a) && /^\d+$/.test(b) && BigInt(a) > BigInt(b)
}
