import { ConsumerConfig } from '../core/contracts/process-config.ts'
import { tellParent } from '../core/process/parent-link.ts'
import { runComponent } from '../core/process/run-component.ts'
import { runConsumer } from './run-consumer.ts'

await runComponent('consumer', ConsumerConfig, async (context, signal) => {
  await runConsumer(context, {
    onReady: (adminPort) => {
      tellParent({ type: 'ready', adminPort })
    }
  }, signal)
})
