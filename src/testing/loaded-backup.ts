import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { withStore } from '../commands/open.ts'
import { createComponent } from '../components/actions.ts'
import { shell } from './shell.ts'

const probe = join(import.meta.dirname, '../../scripts/backup-probe.ts')

type Told = { path: string; took: number; stall: number; stall_without: number; bytes: number }

/**
 * A real server makes a backup while others deliver to it as fast as they can. Returns what was acknowledged before the
 * backup began, what is in it, and how long (milliseconds) the server's thread stood still at most, with it and without.
 */
export async function backupUnderLoad(t: TestContext, { lanes = 8, journal_lines = 0, first = 20 } = {}) {
  const { shiplog, serving, env, folder } = shell(t, { SHIPLOG_LOG_LEVEL: 'error' })
  await withStore(env, (ctx) => createComponent(ctx, { name: 'Checkout' }))
  fatten(join(folder, 'shiplog.db'), journal_lines)
  const { out: token } = await shiplog('token', 'create', '--name', 'ci', '--scope', 'releases:write')
  const { address, signal, said } = await serving(['serve'], { NODE_OPTIONS: `--import ${probe}` })
  const load = deliverers(address, token.trim(), lanes)
  while (load.acknowledged.length < first) await setTimeout(20)
  const [begun, before] = [performance.now(), [...load.acknowledged]]
  signal('SIGUSR2')
  let measured: Told | undefined
  while (!measured) {
    await setTimeout(20)
    const lines = said().err.split('\n').slice(0, -1)
    const line = lines.find((one) => one.startsWith('{"path"'))
    measured = line ? (JSON.parse(line) as Told) : undefined
  }
  await load.stop()
  const per_second = Math.round(
    (load.acknowledged.length - before.length) / ((performance.now() - begun) / 1000),
  )
  const { bytes, took, stall, stall_without } = measured
  t.diagnostic(
    `${per_second} acknowledged each second; ${bytes} bytes in ${took.toFixed()} ms; longest stall ${stall.toFixed(1)} ms with it, ${stall_without.toFixed(1)} ms without`,
  )
  return { ...measured, per_second, before, there: runsIn(join(measured.path, 'shiplog.db')) }
}

/** Delivers as fast as it can until told to stop; a run counts once it was acknowledged. */
function deliverers(address: string, token: string, count: number) {
  const acknowledged: string[] = []
  let going = true
  const loops = Array.from({ length: count }, async (_, lane) => {
    for (let number = 0; going; number += 1) {
      const run = `${lane}-${number}`
      const body = JSON.stringify({ type: 'release.started', run, service: 'checkout', version: run })
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const answer = await fetch(`${address}/api/v1/events`, { method: 'POST', headers, body })
      await answer.arrayBuffer()
      if (answer.status === 202) acknowledged.push(run)
    }
  })
  const stop = async () => {
    going = false
    await Promise.all(loops)
  }
  return { acknowledged, stop }
}

/** Makes a store large: lines of no meaning, of a day long ago, of some 400 bytes each. */
function fatten(file: string, lines: number) {
  const store = new Sqlite(file)
  const fill = `with recursive n (i) as (select 1 union all select i + 1 from n where i < ?)
    insert into journal (id, at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, detail)
    select printf('%012d', i), '2020-01-01T00:00:00.000Z', 'system', null, 'x', 'delivery.ignored', 'delivery', 'x',
      json_object('x', hex(randomblob(150))) from n`
  if (lines > 0) store.prepare(fill).run(lines)
  store.close()
}

function runsIn(file: string): Set<string> {
  const store = new Sqlite(file, { readonly: true })
  const runs = store.prepare('select run_key from releases').pluck().all() as string[]
  store.close()
  return new Set(runs)
}
