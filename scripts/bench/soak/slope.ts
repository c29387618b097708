import { randomOf } from '../../../test/support/network/simulated-network-random.ts'

/** A straight line through points, by least squares. */
export interface Slope {
  /** Change of y for each x. */
  slope: number

  /** Half of the width of its 95 % interval; NaN for fewer than three points. */
  margin: number
}

const RESAMPLES = 1_000
const TAIL = 0.025

/**
 * The slope of a line through points in their order; NaN where all have the same x.
 *
 * The interval is a moving-block bootstrap: the residuals are drawn again in blocks of neighbours, since the memory of a process at one
 * moment depends on that a moment before. As if they were independent, the interval would be several times too narrow.
 */
export function slopeOf (points: readonly { x: number, y: number }[]): Slope {
  const { slope, residuals } = fit(points)

  if (points.length < 3) {
    return { slope, margin: Number.NaN }
  }

  const random = randomOf(1)
  const drawn = (): { x: number, y: number }[] => drawBlocks(residuals, random).map((y, i) => ({ x: points[i]?.x ?? 0, y }))
  const errors = Array.from({ length: RESAMPLES }, () => fit(drawn()).slope).sort((a, b) => a - b)
  const at = (share: number): number => errors[Math.round(share * (RESAMPLES - 1))] ?? Number.NaN

  return { slope, margin: (at(1 - TAIL) - at(TAIL)) / 2 }
}

function fit (points: readonly { x: number, y: number }[]): { slope: number, residuals: number[] } {
  const n = points.length
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / n
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / n
  const squares = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0)
  const slope = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / squares

  return { slope, residuals: points.map(({ x, y }) => y - meanY - slope * (x - meanX)) }
}

// As many values, in blocks that begin anywhere and go on from the end at the beginning. Their length is the usual compromise: long
// enough to keep what neighbours share, short enough for many blocks.
function drawBlocks (values: readonly number[], random: () => number): number[] {
  const length = Math.ceil(Math.sqrt(values.length))
  const blocks = Array.from({ length: Math.ceil(values.length / length) }, () => {
    const start = Math.floor(random() * values.length)

    return Array.from({ length }, (_, i) => values[(start + i) % values.length] ?? 0)
  })

  return blocks.flat().slice(0, values.length)
}
