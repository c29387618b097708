// A dashboard as a page of HTML: the panels at their places in the grid.
import { drawPanel, escape } from './draw-panel.ts'
import type { AnsweredPanel } from './panel-answers.ts'
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'

const WIDTH = 1_440
const COLUMNS = 24
const ROW = 34
const GAP = 8
const TITLE = 26
const HEADER = 46
const STYLE = `
body { margin: 0; background: #f4f5f5; font: 12px "DejaVu Sans", sans-serif; color: #24292e }
h1 { font-size: 16px; margin: 0; padding: 14px ${String(GAP)}px }
.cell { position: absolute; box-sizing: border-box; overflow: hidden }
.panel { background: white; border: 1px solid #e4e5e6; border-radius: 2px }
.panel h2 { font-size: 12px; font-weight: 600; margin: 0; padding: 6px 8px; height: 14px; overflow: hidden; white-space: nowrap }
.row { font-size: 14px; font-weight: 600; padding: 8px 2px }
.stat { font-size: 21px; font-weight: 600; text-align: center; padding-top: 22px; white-space: nowrap }
.empty { color: #6e7781; text-align: center; padding: 20px 8px }
.legend { font-size: 10px; padding: 0 8px; height: 18px; overflow: hidden; white-space: nowrap }
.legend span { margin-right: 10px }
.legend i { display: inline-block; width: 10px; height: 3px; margin: 0 4px 3px 0; vertical-align: middle }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: 4px 8px; border-bottom: 1px solid #e4e5e6; font-weight: 400 }
th { color: #1f60c4 }
`

/** A page, and how large it is. */
export interface Page {
  html: string
  width: number
  height: number
}

/** Draws a dashboard with what its panels were answered. */
export function drawDashboard ({ title = '', panels = [] }: Dashboard, answered: readonly AnsweredPanel[]): Page {
  const column = (WIDTH - GAP) / COLUMNS
  const cells = panels.map((panel) => {
    const { x, y, w, h } = panel.gridPos ?? { x: 0, y: 0, w: 0, h: 0 }
    const [left, top, width, height] = [GAP + x * column, HEADER + y * ROW, w * column - GAP, h * ROW - GAP]
    const place = `left: ${String(left)}px; top: ${String(top)}px; width: ${String(width)}px; height: ${String(height)}px`
    const answer = answered.find(({ panel: { id } }) => id === panel.id)

    return answer === undefined
      ? `<div class="cell row" style="${place}">${escape(panel.title ?? '')}</div>`
      : `<div class="cell panel" style="${place}"><h2>${escape(panel.title ?? '')}</h2>${drawPanel(answer, { width: width - 4, height: height - TITLE - 2 })}</div>`
  })
  const bottom = Math.max(...panels.map(({ gridPos }) => (gridPos?.y ?? 0) + (gridPos?.h ?? 0)))

  return {
    html: `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><h1>${escape(title)}</h1>${cells.join('\n')}`,
    width: WIDTH,
    height: HEADER + bottom * ROW + GAP
  }
}
