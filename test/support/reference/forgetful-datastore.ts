import { NotFoundError } from '@libp2p/interface'
import type { Libp2pOptions } from 'libp2p'

type Datastore = NonNullable<Libp2pOptions['datastore']>

/**
 * A datastore that keeps nothing.
 *
 * libp2p stores every peer that it opens a stream to, for hours. A crawler visits all peers of a network once, and
 * deleting each after its visit would race with writes that a remote's own streams cause.
 */
export const forgetfulDatastore: Datastore = {
  put: key => key,
  get () {
    throw new NotFoundError('this datastore keeps nothing')
  },
  has: () => false,
  delete () {
    // there is nothing to delete
  },
  async* putMany (pairs) {
    for await (const { key } of pairs) {
      yield key
    }
  },
  * getMany () {
    yield* []
  },
  async* deleteMany (keys) {
    yield* keys
  },
  batch: () => ({
    put () {
      // nothing is kept
    },
    delete () {
      // there is nothing to delete
    },
    commit () {
      // there is nothing to commit
    }
  }),
  * query () {
    yield* []
  },
  * queryKeys () {
    yield* []
  }
}
