/** A straight line through points, by least squares. */
export interface Slope {
  /** Change of y for each x. */
  slope: number

  /** Half of the width of its 95 % interval, as if the points were independent; NaN for fewer than three. */
  margin: number
}

/** Quantile of the normal distribution for an interval of 95 %. */
const Z = 1.96

/** The slope of a line through points; NaN where all have the same x. */
export function slopeOf (points: readonly { x: number, y: number }[]): Slope {
  const n = points.length
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / n
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / n
  const squares = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0)
  const slope = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / squares
  const residuals = points.reduce((sum, { x, y }) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0)

  return { slope, margin: n < 3 ? Number.NaN : Z * Math.sqrt(residuals / (n - 2) / squares) }
}
