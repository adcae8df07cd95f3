import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { createToken } from '../src/accounts/tokens.ts'
import { createComponent } from '../src/components/actions.ts'
import { openDatabase } from '../src/platform/database.ts'
import { migrateToLatest } from '../src/platform/migrate.ts'
import { silent } from '../src/testing/world.ts'

export const components = 40
const secret = Buffer.alloc(32, 7).toString('hex')

export type Store = { database: string; authorization: string }

/** A store with components and a token, closed, as a server of before may have left it. */
export async function prepareStore(folder: string): Promise<Store> {
  const database = join(folder, 'shiplog.db')
  const db = openDatabase(database)
  await migrateToLatest(db)
  const actor = { kind: 'cli' as const, id: null, name: 'command line' }
  const ctx = { db, now: () => new Date(), secret: Buffer.from(secret, 'hex'), actor, log: silent }
  for (let number = 0; number < components; number += 1) {
    await createComponent(ctx, { name: `Service ${number}`, visibility: 'public' } as never)
  }
  const { token } = await createToken(ctx, { name: 'ci', scopes: ['releases:write'] })
  await db.destroy()
  return { database, authorization: `Bearer ${token}` }
}

/** What a post says: one in ten is of a component and becomes a release, the others wait in the inbox. */
export function eventFor(key: string): object {
  const number = Number(key.replace(/\D/g, '').slice(-6))
  const service = number % 10 === 0 ? `service-${(number / 10) % components}` : 'elsewhere'
  return { type: 'release.succeeded', run: key, service, version: `1.0.${key}` }
}

/** Starts the least that takes deliveries; `wrong` makes it answer too early, or commit without a sync. */
export async function startIntake(
  { database }: Store,
  { wrong = '', under = [] }: { wrong?: '' | 'early' | 'normal'; under?: string[] } = {},
) {
  const words = [process.execPath, join(import.meta.dirname, 'intake-server.ts'), database, secret, wrong]
  const [program = '', ...rest] = [...under, ...words]
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(child.stdout, 'data', { signal: AbortSignal.timeout(30_000) })
  const [origin = '', own = ''] = String(line).trim().split(' ')
  const pid = Number(own) // of the server itself, whatever it runs under
  running.add(pid)
  child.once('exit', () => running.delete(pid))
  return {
    pid,
    origin,
    /** Ends it by a signal, and waits until it is gone. Returns its exit code, if it ended by itself. */
    async end(signal: NodeJS.Signals = 'SIGKILL') {
      const gone = isOver(child) ? null : once(child, 'exit')
      kill(pid, signal)
      await gone
      return child.exitCode
    },
    /** Resolves with its exit code when it has ended. */
    ended: isOver(child) ? Promise.resolve(child.exitCode) : once(child, 'exit').then(([code]) => code),
  }
}

/** Servers of this process: a test that breaks off leaves none behind. */
const running = new Set<number>()
process.once('exit', () => {
  for (const pid of running) kill(pid, 'SIGKILL')
})

function isOver({ exitCode, signalCode }: ChildProcess) {
  return exitCode !== null || signalCode !== null
}

function kill(pid: number, signal: NodeJS.Signals) {
  try {
    process.kill(pid, signal)
  } catch {} // it is gone already
}

/** Stops a process between two of its instructions, as a kill would find it; resolves when all of it stands still. */
export async function freeze(pid: number) {
  process.kill(pid, 'SIGSTOP')
  while (!/^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) await pause(1)
  await pause(5) // what it had sent is read before the look
}

export function pause(milliseconds: number) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/**
 * What a database holds of what was acknowledged: the keys that are missing, and how many of those that are there are
 * not whole (an event and a line in the journal for each delivery that is not noted as unread, a release for each event
 * of a component).
 */
export function lookInto(
  database: string,
  acknowledged: Iterable<string>,
  { thorough = false, by = 'dedupe_key' }: { thorough?: boolean; by?: 'dedupe_key' | 'id' } = {},
) {
  const db = new Sqlite(database)
  try {
    const list = (sql: string) => db.prepare(sql).pluck().all()
    const kept = new Set(list(`select ${by} from deliveries`))
    const halves = list(`
      with read_ones as (select id from deliveries where id not in (select delivery_id from unread_deliveries))
      select id from read_ones where id not in (select delivery_id from release_events)
      union all select id from read_ones
        where id not in (select subject_id from journal where action = 'delivery.accepted')
      union all select id from release_events where component_id is not null and release_id is null`)
    const lost = [...acknowledged].filter((key) => !kept.has(key))
    const health = thorough ? String(db.pragma('integrity_check', { simple: true })) : 'ok'
    return { lost, halves: halves.length, kept: kept.size, health }
  } finally {
    db.close()
  }
}
