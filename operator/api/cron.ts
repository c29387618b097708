import { z } from 'zod'
import { CronSchedule } from '../../core/time/cron-schedule.ts'

interface Field { number: string, names?: string }

// Minute, hour, day of month, month, day of week: what the standard parser of robfig/cron accepts,
// which Kubernetes uses for CronJobs. Macros such as @daily are not accepted: there is one way to
// write a schedule.
const FIELDS: readonly Field[] = [
  { number: '[0-5]?[0-9]' },
  { number: '(?:[01]?[0-9]|2[0-3])' },
  { number: '(?:0?[1-9]|[12][0-9]|3[01])' },
  { number: '(?:0?[1-9]|1[0-2])', names: 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec' },
  { number: '[0-6]', names: 'sun|mon|tue|wed|thu|fri|sat' }
]

const CRON = new RegExp(`^${FIELDS.map(fieldPattern).join(' ')}$`)

/** A cron schedule of five fields, in UTC. The API server enforces the same pattern, which cannot compare the ends of a range. */
export const CronText = z.string().max(100)
  .regex(CRON, 'must be a cron schedule of five fields such as "30 3 * * *" (minute hour day month weekday)')
  .refine(text => !CRON.test(text) || isSchedule(text), 'has a range that ends before it begins: write it as two, such as "22-23,0-4" for "22-4"')

// Kubernetes refuses a CronJob with such a range.
function isSchedule (text: string): boolean {
  try {
    new CronSchedule(text).nextAfter(0)

    return true
  } catch {
    return false
  }
}

function fieldPattern ({ number, names }: Field): string {
  const value = names === undefined ? number : `(?:${number}|${names})`
  const item = `(?:\\*|${value}(?:-${value})?)(?:/[1-9][0-9]?)?`

  return `${item}(?:,${item})*`
}
