import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median, percentile } from './figures.ts'
import { postInTurn } from './load.ts'
import type { Server } from './server.ts'
import { onCore, tools } from './wrk.ts'

const port = 18_083
const [seconds, rounds] = [3, 5]
type Side = { per_second: number; p99_ms: number }

/**
 * Deliveries of 1 KB to our server and to a bare route that checks each with zod and stores it durably, in turn, over
 * so many connections. The ratio is of each round, its median told; between rounds our server reads what it stored.
 */
export async function intakeVersus(server: Server, token: string, connections: number) {
  const folder = mkdtempSync(join(tmpdir(), 'shiplog-bare-intake-'))
  const other = await startBareIntake(port, folder)
  const each: { ours: Side; bare: Side }[] = []
  try {
    for (let round = 0; round < rounds; round += 1) {
      const theirs = sideOf(await postInTurn(other.origin, token, { connections, seconds }))
      const ours = sideOf(await postInTurn(server.origin, token, { connections, seconds }))
      each.push({ ours, bare: theirs })
      await new Promise((resolve) => setTimeout(resolve, 6000))
    }
  } finally {
    other.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  const middle = (of: (one: (typeof each)[number]) => number) => median(each.map(of))
  return {
    per_second: middle(({ ours }) => ours.per_second),
    p99_ms: middle(({ ours }) => ours.p99_ms),
    bare_per_second: middle(({ bare }) => bare.per_second),
    to_bare: middle(({ ours, bare }) => ours.per_second / bare.per_second),
  }
}

/** The bare route, on core 0, with its store in this folder. */
export async function startBareIntake(port: number, folder: string) {
  const bare = join(import.meta.dirname, 'bare-intake.ts')
  const [program = '', ...words] = [...onCore(0, tools()), process.execPath, bare, String(port)]
  const stdio = ['ignore', 'ignore', 'inherit'] as const
  const child = spawn(program, [...words, join(folder, 'bare.db')], { stdio: [...stdio] })
  await new Promise((resolve) => setTimeout(resolve, 1500))
  return { origin: `http://127.0.0.1:${port}`, stop: () => child.kill() }
}

function sideOf(took: number[]): Side {
  return { per_second: took.length / seconds, p99_ms: percentile(took, 0.99) }
}
