import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onCore, tools } from './wrk.ts'

const main = join(import.meta.dirname, '../src/main.ts')

export type Server = {
  origin: string
  /** Milliseconds from the start of the process to the first answer. */
  ready_ms: number
  data_dir: string
  /** Resident memory of the process, in MB. */
  memory(): number
  /** Makes an API token on the command line. */
  token(scope: string): string
  /** Stops it; its data goes with it unless it is to be kept for the next start. */
  stop(options?: { keep: boolean }): Promise<void>
}

/** Starts the real server as a process of its own, on a data folder of its own (or one that is given). */
export async function startServer(
  port: number,
  data_dir = mkdtempSync(join(tmpdir(), 'shiplog-bench-')),
  { core }: { core?: number } = {},
): Promise<Server> {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PORT: String(port),
    SHIPLOG_DATA_DIR: data_dir,
    SHIPLOG_LOG_LEVEL: 'silent',
  }
  const began = performance.now()
  const origin = `http://127.0.0.1:${port}`
  env.SHIPLOG_URL = origin
  const pinned = core === undefined ? [] : onCore(core, tools())
  const [program = '', ...words] = [...pinned, process.execPath, main, 'serve']
  const child = spawn(program, words, { env, stdio: ['ignore', 'ignore', 'inherit'] })
  await untilAnswered(origin)
  const ready_ms = performance.now() - began
  return {
    origin,
    ready_ms,
    data_dir,
    memory: () => residentMegabytes(child.pid ?? 0),
    token: (scope) => command(env, 'token', 'create', '--name', `bench ${scope}`, '--scope', scope),
    stop: async ({ keep } = { keep: false }) => {
      await stopped(child)
      if (!keep) rmSync(data_dir, { recursive: true, force: true })
    },
  }
}

function command(env: NodeJS.ProcessEnv, ...words: string[]): string {
  return execFileSync(process.execPath, [main, ...words], { env, encoding: 'utf8' }).trim()
}

async function untilAnswered(origin: string) {
  for (let tries = 0; tries < 2000; tries += 1) {
    const answered = await fetch(`${origin}/livez`)
      .then((answer) => answer.ok)
      .catch(() => false)
    if (answered) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error('The server did not start.')
}

function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
}

async function stopped(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
}
