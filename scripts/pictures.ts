/**
 * `npm run pictures`: the pictures of the dashboards in docs/pictures/, from real values: the whole of PeerProbe runs for some
 * minutes on this machine while a Prometheus scrapes it, and Chromium photographs each dashboard with what its panels are
 * answered. It takes root, since pods run in a network of their own.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { enterNodeNetwork } from '../test/support/cluster/runner/node-network.ts'
import { chartDashboards } from '../test/support/dashboards/chart-panels.ts'
import { ChangingNetwork } from '../test/support/monitoring/changing-network.ts'
import { MonitoringRig } from '../test/support/monitoring/monitoring-rig.ts'
import { provideCamera } from './pictures/camera.ts'
import { drawDashboard } from './pictures/draw-dashboard.ts'
import { answerPanels } from './pictures/panel-answers.ts'
import { photograph } from './pictures/photograph.ts'
import type { Camera } from './pictures/photograph.ts'

const FOLDER = fileURLToPath(new URL('../docs/pictures/', import.meta.url))
const SPAN_S = 150
const STEP_S = 3
const RATE_INTERVAL = '10s'

// Outside of the network of its own, which has no way to Debian.
const camera = await provideCamera(new AbortController().signal)

if (typeof camera === 'string') {
  process.stderr.write(`${camera}\n`)
  process.exitCode = 1
} else {
  enterNodeNetwork(import.meta.filename)
  await takePictures(camera)
}

async function takePictures (camera: Camera): Promise<void> {
  await using rig = await MonitoringRig.open(async host => await ChangingNetwork.open(host))
  const { prometheus, network } = rig
  await rig.untilAllHaveWorked()

  // Until the span of the pictures is full, peers come and go.
  const began = Date.now()

  while (Date.now() - began < SPAN_S * 1_000) {
    await network.replace(2)
    await rig.untilNextCrawl()
  }
  mkdirSync(FOLDER, { recursive: true })

  for (const [name, dashboard] of chartDashboards()) {
    const answered = await answerPanels(dashboard, {
      now: async expr => (await prometheus.query(expr)).map(({ labels, value }) => ({ labels, points: [[Date.now() / 1_000, value]] })),
      over: async expr => await prometheus.queryRange(expr, { seconds: SPAN_S, stepSeconds: STEP_S }),
      rateInterval: RATE_INTERVAL
    })
    const empty = answered.filter(({ series }) => series.length === 0).map(({ panel }) => String(panel.title))
    await photograph(drawDashboard(dashboard, answered), camera, join(FOLDER, `${name}.png`))
    process.stdout.write(`${name}: ${empty.length === 0 ? 'every panel has data' : `without data: ${empty.join(', ')}`}\n`)
  }
}
