// `npm run test:kill -- --kills 500 [--data DIR]`: kills the whole program under load, again and again, and looks for
// all that was acknowledged: a gate before a release. DIR is a data folder to try it on (a copy: it is written to),
// such as one that `npm run seed` made; without it an empty one.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { answers, killAgainAndAgain, percentile } from '../e2e/kills.ts'
import { freePort } from '../e2e/receiver.ts'

const slowest = 2_000
const { values } = parseArgs({
  options: { kills: { type: 'string', default: '500' }, data: { type: 'string' } },
})
const kills = Number(values.kills)
const data_dir = values.data ?? mkdtempSync(join(tmpdir(), 'shiplog-kill-'))
const database = join(data_dir, 'shiplog.db')
const main = join(import.meta.dirname, '../src/main.ts')
const port = await freePort()
const origin = `http://127.0.0.1:${port}`
const env = { ...process.env, PORT: String(port), SHIPLOG_DATA_DIR: data_dir, SHIPLOG_LOG_LEVEL: 'error' }

try {
  const words = [main, 'token', 'create', '--name', `kill ${Date.now()}`, '--scope', 'releases:write']
  const token = execFileSync(process.execPath, words, { env, encoding: 'utf8' }).trim()
  const store = { database, authorization: `Bearer ${token}` }
  const told = (kill: number) => kill % 25 === 0 && console.error(`${kill} of ${kills} kills`)
  const found = await killAgainAndAgain(store, { kills, start, told })
  process.exitCode = report(found)
} finally {
  if (!values.data) rmSync(data_dir, { recursive: true, force: true })
}

async function start() {
  const child = spawn(process.execPath, [main, 'serve'], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  const gone = once(child, 'exit')
  await Promise.race([
    answers(origin),
    gone.then(() => Promise.reject(new Error('The server ended by itself.'))),
  ])
  const kill = () => {
    child.kill('SIGKILL')
    return gone
  }
  return { origin, kill }
}

function report(found: Awaited<ReturnType<typeof killAgainAndAgain>>): number {
  const { lost, halves, health, acknowledged, refused, starts, cut_off } = found
  const [half, most] = [percentile(starts, 50), percentile(starts, 99)].map(Math.round)
  const megabytes = Math.round(statSync(database).size / 2 ** 20)
  console.log(`${kills} kills, ${cut_off} of them cut deliveries off; ${acknowledged} were acknowledged`)
  console.log(
    `lost ${lost.length}, half there ${halves}, integrity ${health}, other answers than 202: ${refused.length}`,
  )
  console.log(
    `first answer after a start: p50 ${half} ms, p99 ${most} ms (at most ${slowest}); ${megabytes} MB`,
  )
  const isWell = lost.length === 0 && halves === 0 && health === 'ok' && (most ?? 0) <= slowest
  console.log(isWell ? 'Nothing was lost.' : 'FAILED')
  return isWell ? 0 : 1
}
