import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { NO_CLOUD, PLACE_LIMITS, UNKNOWN_PLACE } from '../../core/contracts/place.ts'
import { parseWith } from '../../core/process/config.ts'

const CLOUDS_FILE = new URL('clouds.yaml', import.meta.url)

// Each is a value of a metric's label.
const MAX_CLOUDS = 30

const AsNumber = z.int().min(1).max(4_294_967_295)
const Clouds = z.strictObject({
  collected: z.iso.date(),
  clouds: z.record(z.string().min(1).max(PLACE_LIMITS.cloud).regex(/^[A-Za-z][A-Za-z0-9 .-]*$/), z.array(AsNumber).min(1).max(64))
    .refine(clouds => Object.keys(clouds).length <= MAX_CLOUDS, `has more than ${String(MAX_CLOUDS)} clouds`)
    .refine(clouds => new Set(Object.values(clouds).flat()).size === Object.values(clouds).flat().length, 'has a number twice')
    .refine(clouds => !Object.hasOwn(clouds, NO_CLOUD) && !Object.hasOwn(clouds, UNKNOWN_PLACE), 'has a name with another meaning')
})

let cloudsByNumber: ReadonlyMap<number, string> | undefined

/** The cloud of an autonomous system: a name of `clouds.yaml`, or `none`; `unknown` without a number. */
export function cloudOf (asn: number | undefined): string {
  return asn === undefined ? UNKNOWN_PLACE : table().get(asn) ?? NO_CLOUD
}

/** What {@link cloudOf} can return. */
export function cloudNames (): string[] {
  return [...new Set(table().values()), NO_CLOUD, UNKNOWN_PLACE]
}

function table (): ReadonlyMap<number, string> {
  cloudsByNumber ??= new Map(Object.entries(readClouds().clouds).flatMap(([cloud, numbers]) => numbers.map(number => [number, cloud])))

  return cloudsByNumber
}

function readClouds (): z.output<typeof Clouds> {
  return parseWith(Clouds, parse(readFileSync(CLOUDS_FILE, 'utf8')), { code: 'PP_CONFIG_INVALID', what: 'clouds.yaml' })
}
