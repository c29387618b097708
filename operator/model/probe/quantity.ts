const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  'm': 1e-3,
  'k': 1e3,
  'M': 1e6,
  'G': 1e9,
  'T': 1e12,
  'P': 1e15,
  'Ki': 2 ** 10,
  'Mi': 2 ** 20,
  'Gi': 2 ** 30,
  'Ti': 2 ** 40,
  'Pi': 2 ** 50
}

/** The numeric value of a Kubernetes quantity (`500m` is 0.5), for comparisons. */
export function quantityOf (quantity: string | number): number {
  const [, digits = '0', unit = ''] = /^([0-9.]+)([a-zA-Z]*)$/.exec(String(quantity)) ?? []

  return Number(digits) * (FACTORS[unit] ?? Number.NaN)
}
