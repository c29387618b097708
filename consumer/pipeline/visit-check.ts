// Nearly every message is a visit as it should be. A check compiled from the published JSON Schema says so in a third of the time
// that the schema itself takes, which makes an object for each field and copies the visit (docs/performance.md). It never has the
// last word against a message: what it does not pass, the schema judges and explains.
import { Ajv2020 } from 'ajv/dist/2020.js'
import { z } from 'zod'
import { Visit } from '../../core/contracts/visit.ts'

/** Whether a message's body is a valid visit, as {@link Visit} has it; defaults are filled in, fields that nobody knows stay. */
export const isVisit = new Ajv2020({ useDefaults: true }).compile<Visit>(z.toJSONSchema(Visit, { io: 'input' }))
