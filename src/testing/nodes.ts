import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after } from 'node:test'
import pg from 'pg'
import { openDatabase } from '../platform/database.ts'
import { migrateToLatest } from '../platform/migrate.ts'
import { startPostgresServer } from './postgres-server.ts'
import { program } from './program.ts'

export type PostgresServer = Awaited<ReturnType<typeof startPostgresServer>>

/** The secret that all nodes of a test share. */
export const sharedSecret = '07'.repeat(32)

let shared: Promise<PostgresServer> | undefined
let made = 0

after(async () => (await shared)?.stop())

/** The address of a fresh database, migrated unless it is to be `empty`, on a server that the tests of a process share. */
export async function freshDatabase({ empty = false } = {}): Promise<string> {
  shared ??= serverWithTemplate()
  return databaseOn(await shared, { empty })
}

/** A server with a migrated database to copy: of one's own, to be killed at will. */
export async function serverWithTemplate(): Promise<PostgresServer> {
  const server = await startPostgresServer()
  await databaseOn(server, { empty: true, name: 'shiplog' })
  const db = openDatabase(server.address('shiplog'))
  await migrateToLatest(db)
  await db.destroy()
  return server
}

/** A fresh database on a server. */
export async function databaseOn(server: PostgresServer, { empty = false, name = `nodes_${made++}` } = {}) {
  const client = new pg.Client(server.address('postgres'))
  await client.connect()
  await client.query(`create database ${name} ${empty ? '' : 'template shiplog strategy file_copy'}`)
  await client.end()
  return server.address(name)
}

export type Node = Awaited<ReturnType<typeof startNode>>

/** Starts a node as a process of its own, with a data folder of its own, and waits until it serves. */
export async function startNode(database_url: string, set: Record<string, string> = {}) {
  const data_dir = mkdtempSync(join(tmpdir(), 'shiplog-node-'))
  const env = {
    PORT: '0',
    HOST: '127.0.0.1',
    DATABASE_URL: database_url,
    SHIPLOG_DATA_DIR: data_dir,
    SHIPLOG_SECRET: sharedSecret,
    ...set,
  }
  const child = spawn(process.execPath, [...program, 'serve'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const killed = () => child.kill('SIGKILL')
  process.once('exit', killed)
  const said: string[] = []
  createInterface(child.stderr).on('line', (line) => said.push(line))
  const origin = await originOf(child, said)
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) {
      const exit = once(child, 'exit')
      child.kill(signal)
      await exit
    }
    process.off('exit', killed)
    rmSync(data_dir, { recursive: true, force: true })
    return child.exitCode
  }
  return {
    origin,
    pid: child.pid ?? 0,
    said: () => said.join('\n'),
    alive: () => child.exitCode === null && child.signalCode === null,
    /** Stops it where it stands, as a machine that hangs would, until `SIGCONT`. */
    signal: (signal: NodeJS.Signals) => child.kill(signal),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  }
}

async function originOf(child: ChildProcess, said: string[]): Promise<string> {
  const { stdout } = child
  if (!stdout) throw new Error('no output')
  const begun = (async () => {
    for await (const line of createInterface(stdout)) {
      const origin = /serving on (\S+)/.exec(line)?.[1]
      if (origin) return origin.replace('localhost', '127.0.0.1')
    }
    throw new Error(`The node did not start.\n${said.join('\n')}`)
  })()
  const origin = await begun
  stdout.resume()
  return origin
}

/** Waits until something is so, looking every few milliseconds; answers how many it took, or null when it was too long. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  { within, every = 20 }: { within: number; every?: number },
): Promise<number | null> {
  const begun = performance.now()
  while (performance.now() - begun < within) {
    if (await isSo()) return performance.now() - begun
    await new Promise((resolve) => setTimeout(resolve, every))
  }
  return null
}
