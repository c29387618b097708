import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { plantDead } from '../../../local/devnet/dead-entries.ts'
import { DEAD_ENTRIES } from '../../../local/devnet/population.ts'
import { tryPort } from './ports.ts'
import type { DeadEntry } from '../../../local/devnet/dead-entries.ts'

const portOf = ({ addresses }: Pick<DeadEntry, 'addresses'>): number => Number(multiaddr(addresses[0]).getComponents().find(({ name }) => name === 'tcp')!.value)

suite('plantDead', () => {
  test('creates the promised number of each role, each with its behaviour', async () => {
    await using stack = new AsyncDisposableStack()
    const held = ['/ip4/127.0.0.1/tcp/4001', '/ip4/127.0.0.1/tcp/4002', '/ip4/127.0.0.1/tcp/4003']
    const { entries, closedAddress } = await plantDead(held, stack, AbortSignal.timeout(20_000))
    const of = (role: DeadEntry['role']): DeadEntry[] => entries.filter(entry => entry.role === role)
    const attempts = async (role: DeadEntry['role']): Promise<string[]> => [...new Set(await Promise.all(of(role).map(async entry => await tryPort(portOf(entry)))))]

    assert.deepEqual(Object.fromEntries(Object.keys(DEAD_ENTRIES).map(role => [role, of(role as DeadEntry['role']).length])), DEAD_ENTRIES)
    assert.deepEqual(await attempts('refuses'), ['refused'])
    assert.deepEqual(await attempts('gone'), ['refused'])
    assert.deepEqual(await attempts('silent'), ['connected'])
    assert.deepEqual(await attempts('swallows'), ['nothing'])
    assert.deepEqual(of('stale').flatMap(({ addresses }) => addresses), held.slice(1))
    assert.ok(of('quic-only').every(({ addresses }) => addresses.every(address => address.endsWith('/quic-v1'))))
    assert.ok(of('metadata').every(({ addresses }) => addresses.every(address => address.startsWith('/ip4/169.254.169.254/'))))
    assert.equal(await tryPort(portOf({ addresses: [closedAddress] })), 'refused')
    assert.equal(new Set(entries.map(({ id }) => id.toString())).size, entries.length)
  })
})
