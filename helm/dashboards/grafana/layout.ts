import type { PanelSpec } from './panel-spec.ts'

/** Where a panel is, in cells of Grafana's grid: 24 columns, rows of 30 pixels. */
export interface Position {
  x: number
  y: number
  w: number
  h: number
}

type Placed = Pick<PanelSpec, 'title' | 'kind' | 'width' | 'height'>

/** A panel and where it is. */
export interface Place<Panel extends Placed> {
  panel: Panel
  position: Position
}

const COLUMNS = 24
const STAT_HEIGHT = 4
const HEIGHT = 8

/**
 * Places panels from the left to the right; one that does not fit begins a line below the highest of the line before.
 *
 * @throws {RangeError} Where a panel is wider than the grid, or has no width.
 */
export function placePanels<Panel extends Placed> (panels: readonly Panel[], top: number): { places: Place<Panel>[], bottom: number } {
  const places: Place<Panel>[] = []
  let x = 0
  let y = top
  let bottom = top

  for (const panel of panels) {
    const { title, kind, width, height = kind === 'stat' ? STAT_HEIGHT : HEIGHT } = panel

    if (width < 1 || width > COLUMNS) {
      throw new RangeError(`panel ${title} is ${String(width)} columns wide: 1 to ${String(COLUMNS)} are there`)
    }
    if (x + width > COLUMNS) {
      x = 0
      y = bottom
    }
    places.push({ panel, position: { x, y, w: width, h: height } })
    x += width
    bottom = Math.max(bottom, y + height)
  }

  return { places, bottom }
}
