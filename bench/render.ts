import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { buildApp } from '../src/app.ts'
import type { Context } from '../src/platform/context.ts'
import { openDatabase } from '../src/platform/database.ts'
import type { App } from '../src/platform/http.ts'

/** The server on a data folder without what keeps its answers: every request is rendered. */
export async function withoutKeeping<T>(
  folder: string,
  work: (app: App, ctx: Context) => Promise<T>,
): Promise<T> {
  const db = openDatabase(join(folder, 'shiplog.db'))
  const secret = randomBytes(32)
  const settings = { url: 'http://bench.test', trusted_proxies: [], log_level: 'silent', secret }
  const now = () => new Date()
  const app = await buildApp(settings, { db, now, secret })
  const actor = { kind: 'cli' as const, id: null, name: 'bench' }
  try {
    return await work(app, { db, now, secret, actor, log: app.log })
  } finally {
    await app.close()
    await db.destroy()
  }
}

/** Milliseconds that each rendering of an address took, after some that are not counted. */
export async function timeRendering(
  app: App,
  address: string,
  counted: number,
  warm = 30,
): Promise<number[]> {
  const took: number[] = []
  for (let run = -warm; run < counted; run += 1) {
    const began = performance.now()
    const { statusCode } = await app.inject({ url: address })
    if (statusCode !== 200) throw new Error(`${address} was answered ${statusCode}.`)
    if (run >= 0) took.push(performance.now() - began)
  }
  return took
}
