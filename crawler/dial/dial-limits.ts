// One host with a thousand peer ids, or a provider's /24, must not receive a thousand dials at once: that exceeds
// limits of remotes, and looks like an attack to hosting providers. A dial over a limit waits for its turn; it does
// not fail. The crawl's concurrency bounds the queues.
import { onAbort } from '../../core/time/signals.ts'
import { embeddedIpv4, isLoopback } from '../address/ip-class.ts'
import type { ScanAddresses } from '../../core/contracts/scan.ts'
import type { z } from 'zod'

/** Limits of concurrent dials. */
export type DialLimitOptions = Pick<z.output<typeof ScanAddresses>, 'maxDialsPerIP' | 'maxDialsPerSubnet'>

interface Waiter {
  ip: string
  grant: () => void
}

/** One /24 (IPv4) or /64 (IPv6): its running dials by IP address, and its waiting dials, oldest first. */
interface Subnet {
  active: number
  activeByIp: Map<string, number>
  waiters: Set<Waiter>
}

/** Limits concurrent dials to one IP address and to one subnet. Loopback is exempt. */
export class DialLimits {
  readonly #subnets = new Map<string, Subnet>()
  readonly #options: DialLimitOptions

  constructor (options: DialLimitOptions) {
    this.#options = options
  }

  /** Number of subnets with running or waiting dials. */
  get size (): number {
    return this.#subnets.size
  }

  /**
   * Waits for a slot to dial. First come, first served, but a dial never waits because another IP address is at its
   * limit. Dispose of the result when the dial has ended.
   *
   * @throws the signal's reason if it aborts first
   */
  async acquire (ip: Uint8Array, signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted()

    if (isLoopback(ip)) {
      return FREE
    }

    const [key, subnetKey] = keysOf(ip)
    const subnet = this.#subnets.get(subnetKey) ?? { active: 0, activeByIp: new Map<string, number>(), waiters: new Set<Waiter>() }
    this.#subnets.set(subnetKey, subnet)

    if (this.#hasRoom(subnet, key)) {
      take(subnet, key)
    } else {
      await wait(subnet, key, signal)
    }

    return {
      [Symbol.dispose]: () => {
        this.#release(subnetKey, subnet, key)
      }
    }
  }

  #hasRoom (subnet: Subnet, ip: string): boolean {
    return subnet.active < this.#options.maxDialsPerSubnet && (subnet.activeByIp.get(ip) ?? 0) < this.#options.maxDialsPerIP
  }

  #release (subnetKey: string, subnet: Subnet, ip: string): void {
    give(subnet, ip)

    for (const waiter of subnet.waiters) {
      if (subnet.active >= this.#options.maxDialsPerSubnet) {
        break
      }
      if (this.#hasRoom(subnet, waiter.ip)) {
        subnet.waiters.delete(waiter)
        take(subnet, waiter.ip)
        waiter.grant()
      }
    }

    if (subnet.active === 0) {
      this.#subnets.delete(subnetKey)
    }
  }
}

const FREE: Disposable = {
  [Symbol.dispose] () {
    // a dial to loopback takes no slot
  }
}

function take (subnet: Subnet, ip: string): void {
  subnet.active++
  subnet.activeByIp.set(ip, (subnet.activeByIp.get(ip) ?? 0) + 1)
}

function give (subnet: Subnet, ip: string): void {
  const left = (subnet.activeByIp.get(ip) ?? 0) - 1
  subnet.active--

  if (left > 0) {
    subnet.activeByIp.set(ip, left)
  } else {
    subnet.activeByIp.delete(ip)
  }
}

async function wait (subnet: Subnet, ip: string, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  const waiter: Waiter = {
    ip,
    grant () {
      listening[Symbol.dispose]()
      resolve(undefined)
    }
  }
  subnet.waiters.add(waiter)
  const listening = onAbort(signal, (reason) => {
    subnet.waiters.delete(waiter)
    reject(reason)
  })
  await promise
}

/** Keys of an IP address and of its /24 or /64. An IPv6 address that embeds an IPv4 address counts as that IPv4 address: it leads to the same host. */
function keysOf (address: Uint8Array): [string, string] {
  const ip = embeddedIpv4(address) ?? address
  const key = Buffer.from(ip.buffer, ip.byteOffset, ip.length).toString('latin1')

  return [key, key.slice(0, ip.length === 4 ? 3 : 8)]
}
