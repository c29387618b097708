import assert from 'node:assert/strict'
import { verify } from 'node:crypto'
import { suite, test } from 'node:test'
import { defined } from '../../../../core/defined.ts'
import { createPopulation, rolesOf } from '../../../../scripts/bench/virtual-network/population.ts'
import { SharedKeys } from '../../../../scripts/bench/virtual-network/shared-keys.ts'
import { TempFolder } from '../../../support/temp-folder.ts'

const OPTIONS = { peers: 40, dead: 0.4, weak: [3, 20] }

suite('keys that processes of a virtual network share', () => {
  test('give the same peers as keys that are derived', () => {
    using folder = new TempFolder()
    const derived = createPopulation(OPTIONS)
    SharedKeys.write(folder.file('ids'), derived)
    const shared = createPopulation(OPTIONS, SharedKeys.read(folder.file('ids')))
    const message = Buffer.from('a message')
    const facts = ({ key: { id, message: publicKey }, key, ...rest }: (typeof derived)[number]): unknown =>
      ({ ...rest, id: [...id], publicKey: [...publicKey], signature: [...key.sign(message)] })

    assert.deepEqual(shared.map(facts), derived.map(facts))
  })

  test('sign so that the public key in the id confirms it', () => {
    using folder = new TempFolder()
    SharedKeys.write(folder.file('ids'), createPopulation(OPTIONS))
    const { key } = createPopulation(OPTIONS, SharedKeys.read(folder.file('ids')))[7]!
    const publicKey = { key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key.message.subarray(4)]), format: 'der', type: 'spki' } as const

    assert.ok(verify(null, Buffer.from('a message'), publicKey, key.sign(Buffer.from('a message'))))
  })

  test('are not needed for what each peer does', () => {
    assert.deepEqual(rolesOf(OPTIONS), createPopulation(OPTIONS).map(({ number, role, tables }) => ({ number, role, ...defined({ tables }) })))
  })
})
