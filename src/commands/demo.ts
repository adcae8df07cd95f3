import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { buildApp } from '../app.ts'
import { readConfig } from '../config.ts'
import { openNorthwind } from '../demo/northwind.ts'
import { makeFront } from '../front.ts'
import { followJournal } from '../journal/follow.ts'
import { listen, originOf, stopSignal } from './listening.ts'
import { misuse, type Options } from './run.ts'

export const usage = [
  ['demo [--seed NUMBER]', 'serve a made-up shop, read-only; it is in memory and gone with the process'],
] as const

export const options = { seed: { type: 'string' } } as const

/** Serves the sample until it is told to stop. Nothing of the data folder is read or written. */
export async function run(_words: string[], { seed = '1' }: Options, env: NodeJS.ProcessEnv) {
  if (!/^\d{1,9}$/.test(String(seed))) misuse('The seed is a whole number, such as 7.')
  const secret = randomBytes(32)
  const own = { SHIPLOG_SECRET: secret.toString('hex'), SHIPLOG_DATA_DIR: tmpdir() }
  const config = readConfig({ SHIPLOG_LOG_LEVEL: 'warn', ...env, ...own })
  const db = await openNorthwind({ start: new Date(), seed: Number(seed), secret })
  const now = () => new Date()
  const front = makeFront({ now, url: config.url, files: null, journal: followJournal({ db }) })
  const app = await buildApp({ ...config, secret }, { db, now, secret }, { sample: true, front })
  await listen(app, config)
  console.log(`The Northwind sample is served, read-only, on ${originOf(app, config.url)}`)
  await stopSignal()
  await app.close()
  await db.destroy()
  return 0
}
