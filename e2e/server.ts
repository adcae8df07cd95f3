import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { freshDatabase } from '../src/testing/postgres.ts'
import { program } from '../src/testing/program.ts'

export type Server = Awaited<ReturnType<typeof startServer>>

/**
 * Starts the real server as a process of its own and waits until it says that it serves. The data folder is
 * its own and goes with it, unless one is given: `kill`, then start again on the same folder, loses nothing. Where the
 * tests run on PostgreSQL it has a database of its own there.
 */
export async function startServer(
  options: { command?: string; data_dir?: string; env?: Record<string, string> } = {},
) {
  const data_dir = options.data_dir ?? mkdtempSync(join(tmpdir(), 'shiplog-story-'))
  const store = process.env.TESTS_ON === 'postgres' ? { DATABASE_URL: await freshDatabase() } : {}
  const env = { ...ownEnvironment(), ...store, PORT: '0', SHIPLOG_DATA_DIR: data_dir, ...options.env }
  const child = spawn(process.execPath, [...program, options.command ?? 'serve'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  process.once('exit', () => child.kill('SIGKILL')) // a test that breaks off leaves no server behind
  const log = keptLog(child)
  const { origin, setup_link } = await announced(child, log)

  return {
    origin,
    /** The one-time link, while nobody is admin yet. */
    setup_link,
    data_dir,
    pid: child.pid ?? 0,
    /** What the server has logged so far. */
    log: () => log.join('\n'),
    /** Ends the process by a signal and waits until it is gone; its data stay. */
    kill: (signal: NodeJS.Signals) => ended(child, signal),
    /** Stops the server, and removes its data unless the folder was given. */
    async stop() {
      await ended(child, 'SIGTERM')
      if (!options.data_dir) rmSync(data_dir, { recursive: true, force: true })
    },
    /** Runs the command line on the same data; answers what it printed. */
    async cli(...words: string[]) {
      const { stdout } = await promisify(execFile)(process.execPath, [...program, ...words], { env })
      return stdout.trim()
    },
  }
}

/** The settings of whoever runs the tests are not the story's. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(SHIPLOG_|TEST|DATABASE_URL|HOST$|PORT(_FILE)?$|NODE_TEST_CONTEXT$)/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)))
}

function keptLog(child: ChildProcess): string[] {
  const lines: string[] = []
  if (child.stderr) createInterface(child.stderr).on('line', (line) => lines.push(line))
  return lines
}

async function announced(child: ChildProcess, log: string[]) {
  const lines: string[] = []
  if (child.stdout) createInterface(child.stdout).on('line', (line) => lines.push(line))
  const said = (words: RegExp) => lines.map((line) => words.exec(line)?.[1]).find(Boolean) ?? null
  const over = () => child.exitCode !== null || child.signalCode !== null

  await until(() => said(/serving on (\S+)/) !== null || over(), 20_000)
  const origin = said(/serving on (\S+)/)
  if (!origin) throw new Error(`The server did not start.\n${log.join('\n')}`)
  // The way in is printed after that, and the warning last of all, whether there is a way in or not.
  const link = /(http\S+\/setup\?token=\S+)/
  await until(() => said(link) !== null || log.some((line) => line.includes('travel unencrypted')), 2_000)
  return { origin, setup_link: said(link) }
}

async function until(condition: () => boolean, milliseconds: number) {
  const limit = performance.now() + milliseconds
  while (!condition() && performance.now() < limit) await new Promise((resolve) => setTimeout(resolve, 10))
}

async function ended(child: ChildProcess, signal: NodeJS.Signals) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill(signal)
  await exit
}
