// Adds places to the visits of both discoveries.
import { defined } from '../../core/defined.ts'
import type { Place } from '../../core/contracts/place.ts'
import type { VisitConnection } from '../dial/session.ts'
import type { VisitSink } from '../engine/population/visit-sink.ts'
import type { Visitor, VisitResult } from '../visit/visitor.ts'

/** Looks up the place of a connection's remote address. */
export type PlaceOf = (connection: Pick<VisitConnection, 'address' | 'transport'>) => Place | undefined

/** A visitor whose results have places. @param visitor disposed of with the result */
export function placedVisitor (visitor: Visitor, placeOf: PlaceOf | undefined): Visitor {
  return placeOf === undefined
    ? visitor
    : {
        visit: async (target, signal) => withPlace(await visitor.visit(target, signal), placeOf),
        [Symbol.asyncDispose]: async () => {
          await visitor[Symbol.asyncDispose]()
        }
      }
}

/** A sink that adds places to the visits that it gets. */
export function placedSink (sink: VisitSink, placeOf: PlaceOf | undefined): VisitSink {
  return placeOf === undefined
    ? sink
    : {
        ready: () => sink.ready(),
        accept (visit) {
          sink.accept({ ...visit, result: withPlace(visit.result, placeOf) })
        }
      }
}

function withPlace (result: VisitResult, placeOf: PlaceOf): VisitResult {
  const { connection } = result

  return connection === undefined ? result : { ...result, ...defined({ place: placeOf(connection) }) }
}
