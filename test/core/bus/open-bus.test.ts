import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { EmbeddedBus } from '../../../core/bus/embedded/embedded-bus.ts'
import { openBus } from '../../../core/bus/open-bus.ts'
import { isProbeError } from '../../../core/errors.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { TempFolder } from '../../support/temp-folder.ts'

test('openBus opens the embedded log where the configuration names one', async () => {
  using folder = new TempFolder()
  await using bus = await openBus({ embedded: { path: folder.file('bus.db') } }, { log: pino({ level: 'silent' }), clock: systemClock }, new AbortController().signal)

  assert.ok(bus instanceof EmbeddedBus)
})

test('openBus goes to Kafka where the configuration names one', async () => {
  using folder = new TempFolder()
  const kafka = { brokers: ['127.0.0.1:1'], clientId: 'test', tls: { caFile: folder.file('missing') } }

  await assert.rejects(openBus({ kafka }, { log: pino({ level: 'silent' }), clock: systemClock }, new AbortController().signal), err => isProbeError(err, 'PP_CONFIG_INVALID') && err.message.includes('Kafka'))
})
