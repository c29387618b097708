import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { ProbeError } from '../../core/errors.ts'
import { parseWith } from '../../core/process/config.ts'
import { agentFamilyOf } from './agent-family.ts'
import type { Scan } from '../../core/contracts/scan.ts'
import type { AgentRule } from './agent-family.ts'

const PRESETS_FILE = new URL('networks.yaml', import.meta.url)

/** A custom network mostly runs the same software as this preset. */
const LIKELY_FAMILIES = 'ipfs'

const Name = z.string().max(64).regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/)
const Path = z.string().max(512).regex(/^\/[\x21-\x7e]+$/)

const AgentFamilyRule = z.strictObject({ prefix: z.string().min(1).max(64).regex(/^[^A-Z]+$/, 'must be in lower case'), family: Name })

const Presets = z.record(Name, z.strictObject({
  bootstrapPeers: z.array(Path).min(1).max(64),
  protocols: z.array(Path).min(1).max(8),
  agentFamilies: z.array(AgentFamilyRule).max(20)
}))

let presets: z.output<typeof Presets> | undefined

function loadPresets (): z.output<typeof Presets> {
  presets ??= parseWith(Presets, parse(readFileSync(PRESETS_FILE, 'utf8')), { code: 'PP_CONFIG_INVALID', what: 'networks.yaml' })

  return presets
}

/** Names of the network presets. */
export function presetNames (): readonly string[] {
  return Object.keys(loadPresets())
}

/** A network as the crawler needs it. */
export interface Network {
  name: string

  /** Multiaddrs that a crawl starts from. */
  bootstrapPeers: readonly string[]

  /** Kademlia protocol ids in order of preference; empty if they must be learnt. */
  protocols: readonly string[]

  /** Label of an agent version: one of at most 20 families of the network, or `other`. */
  agentFamily: (agentVersion: string) => string
}

/**
 * The network of a scan: a preset, or a custom one.
 *
 * @throws ProbeError `PP_NETWORK_UNKNOWN` for a preset that does not exist, with a list of all presets
 */
export function resolveNetwork (network: Scan['network']): Network {
  const { preset, name = '', bootstrapPeers = [], protocols = [] } = network

  if (preset === undefined) {
    return toNetwork(name, { bootstrapPeers, protocols, agentFamilies: loadPresets()[LIKELY_FAMILIES]?.agentFamilies ?? [] })
  }

  const known = Object.hasOwn(loadPresets(), preset) ? loadPresets()[preset] : undefined

  if (known === undefined) {
    throw new ProbeError('PP_NETWORK_UNKNOWN', `network preset ${preset} does not exist; known presets: ${presetNames().join(', ')}`)
  }

  return toNetwork(preset, known)
}

interface NetworkData { bootstrapPeers: readonly string[], protocols: readonly string[], agentFamilies: readonly AgentRule[] }

function toNetwork (name: string, { bootstrapPeers, protocols, agentFamilies }: NetworkData): Network {
  return { name, bootstrapPeers, protocols, agentFamily: agentVersion => agentFamilyOf(agentFamilies, agentVersion) }
}
