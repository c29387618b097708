// Whether an object on the server matches the desired object: every desired field is present. Fields that others
// added (defaults, injected containers, annotations) are ignored.

// Lists whose items the API server merges by a key; other lists are replaced whole.
const KEYS: Record<string, readonly string[]> = {
  containers: ['name'],
  initContainers: ['name'],
  volumes: ['name'],
  env: ['name'],
  ports: ['port', 'containerPort', 'protocol'],
  volumeMounts: ['mountPath'],
  ownerReferences: ['uid'],
  imagePullSecrets: ['name']
}

const QUANTITY_FIELDS: ReadonlySet<string> = new Set(['cpu', 'memory', 'storage', 'ephemeral-storage'])
const UNITS: Record<string, number> = { '': 1, 'm': 1e-3, 'k': 1e3, 'M': 1e6, 'G': 1e9, 'T': 1e12, 'P': 1e15, 'Ki': 2 ** 10, 'Mi': 2 ** 20, 'Gi': 2 ** 30, 'Ti': 2 ** 40, 'Pi': 2 ** 50 }

/** The first field of `desired` that `live` lacks or has with another value; undefined if there is none. */
export function firstDifference (live: unknown, desired: unknown, path = ''): string | undefined {
  if (desired === undefined || isEmpty(desired)) {
    return undefined
  }
  if (Array.isArray(desired)) {
    return differenceInList(live, desired, path)
  }
  if (typeof desired === 'object' && desired !== null) {
    return differenceInObject(live, desired as Record<string, unknown>, path)
  }

  return live === desired || sameQuantity(live, desired, path) ? undefined : path
}

function differenceInObject (live: unknown, desired: Record<string, unknown>, path: string): string | undefined {
  if (typeof live !== 'object' || live === null) {
    return path
  }

  for (const [name, value] of Object.entries(desired)) {
    const found = firstDifference((live as Record<string, unknown>)[name], value, path === '' ? name : `${path}.${name}`)

    if (found !== undefined) {
      return found
    }
  }

  return undefined
}

function differenceInList (live: unknown, desired: readonly unknown[], path: string): string | undefined {
  if (!Array.isArray(live)) {
    return path
  }

  const name = path.slice(path.lastIndexOf('.') + 1)
  const keys = Object.hasOwn(KEYS, name) ? KEYS[name] : undefined

  if (keys === undefined && live.length !== desired.length) {
    return path
  }

  for (const [i, item] of desired.entries()) {
    const found = firstDifference(keys === undefined ? live[i] : sameItem(live, item, keys), item, `${path}[${String(i)}]`)

    if (found !== undefined) {
      return found
    }
  }

  return undefined
}

function sameItem (live: readonly unknown[], desired: unknown, keys: readonly string[]): unknown {
  const valueOf = (item: unknown, key: string): unknown => typeof item === 'object' && item !== null ? (item as Record<string, unknown>)[key] : undefined
  const given = keys.filter(key => valueOf(desired, key) !== undefined)

  return live.find(item => given.every(key => valueOf(item, key) === valueOf(desired, key)))
}

// The server may write a quantity in another unit, or drop what is empty.
function sameQuantity (live: unknown, desired: unknown, path: string): boolean {
  return QUANTITY_FIELDS.has(path.slice(path.lastIndexOf('.') + 1)) && quantityOf(live) === quantityOf(desired)
}

function quantityOf (value: unknown): number {
  const [, number, unit = ''] = /^([0-9.]+)([a-zA-Z]*)$/.exec(String(value)) ?? []

  return Number(number) * (UNITS[unit] ?? Number.NaN)
}

function isEmpty (value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
