// Loaded into a server by NODE_OPTIONS=--import: at SIGUSR2 it watches how long the server's thread stands still, for a
// second without a backup and then during one, and says so on standard error as one line of JSON.
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { makeBackup } from '../src/backups/making.ts'
import { readConfig } from '../src/config.ts'

process.once('SIGUSR2', async () => {
  const { data_dir, database_url, secret } = readConfig(process.env)
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  await setTimeout(1000)
  const stall_without = delay.max / 1e6
  delay.reset()
  const begun = performance.now()
  const wanted = { database: database_url, folder: join(data_dir, 'probed'), secret, now: new Date() }
  const { path, facts } = await makeBackup(wanted)
  const took = performance.now() - begun
  await setTimeout(20) // a stall is seen at its end
  process.stderr.write(
    `${JSON.stringify({ path, took, bytes: facts.size, stall_without, stall: delay.max / 1e6 })}\n`,
  )
})
