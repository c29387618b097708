// Single steps of a stream; complete exchanges are in libp2p-session.test.ts.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Libp2pStream } from '../../../../crawler/passive/connection/libp2p-stream.ts'
import { connectingPeer } from '../../../support/libp2p/connecting-peer.ts'
import { MuxedScript } from '../../../support/libp2p/muxed-script.ts'
import type { Connection } from '@libp2p/interface'

const NOTHING = new Uint8Array(0)
const ADDRESS = '/ip4/1.2.3.4/tcp/5'
const { signal } = new AbortController()

suite('Libp2pStream', () => {
  test('is opened on the muxer of a real connection, which is not in the library\'s types', async () => {
    await using remote = await connectingPeer({ listen: ['/ip4/127.0.0.1/tcp/0'] })
    await using us = await connectingPeer({ identifies: false })
    const connection = await us.dial(remote.getMultiaddrs())
    using stream = await Libp2pStream.open(connection, '/ipfs/id/1.0.0', NOTHING, signal)

    assert.equal(await stream.isSelected(signal), true)
    assert.equal((await stream.read(signal))!.length > 0, true)
  })

  test('returns bytes that arrived with the agreement', async () => {
    const script = new MuxedScript({ '/a': [Buffer.from('answer')] })
    using stream = await Libp2pStream.open(script.connection(ADDRESS), '/a', NOTHING, signal)

    assert.equal(await stream.isSelected(signal), true)
    assert.equal(Buffer.from((await stream.read(signal))!).toString(), 'answer')
  })

  test('is not selected if the remote refuses', async () => {
    using refused = await Libp2pStream.open(new MuxedScript({}).connection(ADDRESS), '/a', NOTHING, signal)
    assert.equal(await refused.isSelected(signal), false)
  })

  test('is reset if it opens after the abort', async () => {
    const opening = Promise.withResolvers<unknown>()
    const late: string[] = []
    const connection = { muxer: { createStream: async () => await opening.promise } } as unknown as Connection
    const stop = new AbortController()
    const opened = Libp2pStream.open(connection, '/a', NOTHING, stop.signal)
    stop.abort(new RangeError('enough'))
    await assert.rejects(opened, RangeError)
    opening.resolve({ abort: () => late.push('left') })
    await new Promise(setImmediate)

    assert.deepEqual(late, ['left'])
  })

  test('is reset if nothing can be written to it', async () => {
    const left: string[] = []
    const stream = Object.assign(new EventTarget(), { log: () => undefined, push: () => undefined, closeRead: () => undefined, abort: () => left.push('left'), send () {
      throw new RangeError('closed')
    } })
    const connection = { muxer: { createStream: async () => await Promise.resolve(stream) } } as unknown as Connection

    await assert.rejects(Libp2pStream.open(connection, '/a', NOTHING, signal), RangeError)
    assert.deepEqual(left, ['left'])
  })
})
