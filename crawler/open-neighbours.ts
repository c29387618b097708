import { defined } from '../core/defined.ts'
import { addNeighboursMetrics } from './metrics/neighbours-metrics.ts'
import { NeighboursPublisher } from './publish/neighbours/neighbours-publisher.ts'
import { Publisher } from './publish/publisher.ts'
import type { EventBus } from '../core/bus/port/event-bus.ts'
import type { CrawlerConfig } from '../core/contracts/process-config.ts'
import type { ComponentContext } from '../core/process/run-component.ts'
import type { CompiledScan } from './compile-scan.ts'

type Component = ComponentContext<CrawlerConfig>

// Part of the stop timeout that is reserved for closing, after the flush.
const CLOSE_MS = 5_000

/** How long a publisher may take to send its buffer when the process stops, in milliseconds. */
export function flushTimeoutMs ({ stopTimeoutMs }: Pick<CrawlerConfig, 'stopTimeoutMs'>): number {
  return Math.max(1_000, stopTimeoutMs - CLOSE_MS)
}

/**
 * Opens the publisher of routing tables, if the scan asks for them and the configuration has a topic for them. It has a buffer of
 * its own, so that the tables never take the room of visits.
 */
export function openNeighbours (component: Component, bus: EventBus, scan: CompiledScan, stack: AsyncDisposableStack): NeighboursPublisher | undefined {
  const neighbours = open(component, bus, scan, stack)
  addNeighboursMetrics(component.registry, neighbours)

  return neighbours
}

function open ({ config, clock, log: parent }: Component, bus: EventBus, compiled: CompiledScan, stack: AsyncDisposableStack): NeighboursPublisher | undefined {
  const { scan: { active, vantage }, scanId, neighboursTopic: topic } = config

  if (!active.enabled || !active.neighbours || topic === undefined) {
    return undefined
  }

  const log = parent.child({ part: 'neighbours' })
  const publisher = stack.use(Publisher.open({ bus, clock, log }, { topic, flushTimeoutMs: flushTimeoutMs(config) }))

  return new NeighboursPublisher({ clock, log, publisher, context: { scan: scanId, network: compiled.network.name, ...defined({ vantage }) } })
}
