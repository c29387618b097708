/**
 * Rules in which every duration is divided by a factor, so that a test sees in seconds what takes minutes: ranges, offsets,
 * steps, `for` and `keep_firing_for`, numbers of seconds that stand alone behind a plus, and how far `predict_linear` looks ahead.
 * Other numbers are left.
 *
 * @param factor how much faster; a divisor of 60, so that no duration ends up below a second
 */
export function fasterRules (rules: string, factor: number): string {
  const faster = (duration: string): string => `${String(Math.max(1, Math.round(secondsOf(duration) / factor)))}s`

  return rules
    .replaceAll(/(\bfor: |\bkeep_firing_for: |\boffset )(\d+[smhd])\b/g, (_, before: string, duration: string) => `${before}${faster(duration)}`)
    .replaceAll(/\[(\d+[smhd])(?::(\d+[smhd]))?\]/g, (_, range: string, step?: string) => `[${faster(range)}${step === undefined ? '' : `:${faster(step)}`}]`)
    .replaceAll(/(\+ |\],\s+)(\d{3,})$/gm, (_, before: string, seconds: string) => `${before}${String(Math.round(Number(seconds) / factor))}`)
}

const UNITS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const

function secondsOf (duration: string): number {
  return Number(duration.slice(0, -1)) * UNITS[duration.at(-1) as keyof typeof UNITS]
}
