import { randomUUID } from 'node:crypto'
import type { EventBus } from '../../../core/bus/port/event-bus.ts'

/** A unique name for topics and groups. */
export function apart (): string {
  return `t-${randomUUID().slice(0, 8)}`
}

/** A bus that prefixes all topics and groups with a unique name: tests share one server without interfering. */
export function namedApart (bus: EventBus, name: string): EventBus {
  const own = (text: string): string => `${name}-${text}`

  return {
    ensureTopic: async (spec, signal) => {
      await bus.ensureTopic({ ...spec, name: own(spec.name) }, signal)
    },
    publish: async (topic, messages, signal) => {
      await bus.publish(own(topic), messages, signal)
    },
    subscribe: async (options, handler, signal) => await bus.subscribe({ ...options, topic: own(options.topic), group: own(options.group) }, handler, signal),
    groupLag: async (topic, group, signal) => await bus.groupLag(own(topic), own(group), signal),
    groupPositions: async (topic, group, signal) => await bus.groupPositions(own(topic), own(group), signal),
    resetGroup: async (topic, group, target, signal) => {
      await bus.resetGroup(own(topic), own(group), target, signal)
    },
    [Symbol.asyncDispose]: async () => {
      await bus[Symbol.asyncDispose]()
    }
  }
}
