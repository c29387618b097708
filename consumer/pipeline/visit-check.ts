// Nearly every message is a valid visit. A check compiled from the published JSON Schema takes a third of the time of the zod
// schema, which makes an object for each field and copies the visit (docs/performance.md). It only accepts: a message that
// fails this check is checked again by the zod schema, which decides and explains.
import { Ajv2020 } from 'ajv/dist/2020.js'
import { z } from 'zod'
import { Visit } from '../../core/contracts/visit.ts'

/** Whether a message's body is a valid {@link Visit}. Fills in defaults; keeps unknown fields. */
export const isVisit = new Ajv2020({ useDefaults: true }).compile<Visit>(z.toJSONSchema(Visit, { io: 'input' }))
