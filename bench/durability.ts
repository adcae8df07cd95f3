import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { createToken } from '../src/accounts/tokens.ts'
import { buildApp } from '../src/app.ts'
import { createComponent } from '../src/components/actions.ts'
import { type Database, openDatabase } from '../src/platform/database.ts'
import type { App } from '../src/platform/http.ts'
import { migrateToLatest } from '../src/platform/migrate.ts'
import { startPostgresServer } from '../src/testing/postgres-server.ts'
import { median } from './figures.ts'

const [rounds, posts] = [5, 100]

/**
 * What one sender waits for a delivery, in milliseconds, on each kind of store in turn in one run: a commit that
 * outlives a power cut, one that only outlives a crash of the program, and PostgreSQL beside us with its own defaults.
 */
export async function durabilityCosts(): Promise<Record<'full' | 'normal' | 'postgres', number>> {
  const folder = mkdtempSync(join(tmpdir(), 'shiplog-durability-'))
  const server = await startPostgresServer({ settings: ['fsync=on'] })
  const stores = {
    full: await sender(openDatabase(join(folder, 'full.db'))),
    normal: await sender(openDatabase(join(folder, 'normal.db')), 'pragma synchronous = normal'),
    postgres: await sender(openDatabase(server.address('postgres'))),
  }
  const took: Record<string, number[]> = { full: [], normal: [], postgres: [] }
  try {
    for (let round = 0; round <= rounds; round += 1) {
      for (const [name, { post }] of Object.entries(stores)) {
        for (let count = 0; count < posts; count += 1) {
          const milliseconds = await post()
          if (round > 0) took[name]?.push(milliseconds)
        }
      }
    }
  } finally {
    for (const { end } of Object.values(stores)) await end()
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  const middle = (name: string) => median(took[name] ?? [])
  return { full: middle('full'), normal: middle('normal'), postgres: middle('postgres') }
}

/** The whole program on a store, and somebody who reports releases to it one after the other. */
async function sender(db: Database, setting?: string) {
  await migrateToLatest(db)
  if (setting) await sql.raw(setting).execute(db)
  const secret = randomBytes(32)
  const now = () => new Date()
  const settings = { url: 'http://bench.test', trusted_proxies: [], log_level: 'silent', secret }
  const app = await buildApp(settings, { db, now, secret })
  const ctx = { db, now, secret, log: app.log, actor: { kind: 'cli' as const, id: null, name: 'bench' } }
  await createComponent(ctx, { name: 'Checkout' })
  const { token } = await createToken(ctx, { name: 'bench', scopes: ['releases:write'] })
  let sent = 0
  const post = () => timed(app, token, sent++)
  const end = async () => {
    await app.close()
    await db.destroy()
  }
  return { post, end }
}

async function timed(app: App, token: string, number: number): Promise<number> {
  const run = Math.floor(number / 2)
  const type = number % 2 === 0 ? 'release.started' : 'release.succeeded'
  const began = performance.now()
  const answer = await app.inject({
    method: 'POST',
    url: '/api/v1/events',
    headers: { authorization: `Bearer ${token}`, 'idempotency-key': `bench-${number}` },
    payload: { type, run: `bench-${run}`, service: 'checkout', version: `1.0.${run}` },
  })
  if (answer.statusCode !== 202) throw new Error(`A post was answered ${answer.statusCode}: ${answer.body}`)
  return performance.now() - began
}
