import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { detailOf } from './checks.ts'
import { reminderDue, reminderHours, stateAt } from './model.ts'
import { begin, finish } from './running.ts'
import { layOut } from './series.ts'
import { openSeries } from './series-store.ts'
import {
  insertReminder,
  type Maintenance,
  maintenanceById,
  type Row,
  updateMaintenance,
  writeUpdate,
} from './store.ts'

/**
 * Writes down what the clock, or the release it is for, did to planned work since the last look: each thing once,
 * however many nodes look. Pages do not wait for it: what runs is derived when it is read.
 */
export async function followClock(ctx: Context) {
  await startDue(ctx)
  await startWithReleases(ctx)
  await endDue(ctx)
  await endWithReleases(ctx)
  await dropUnstarted(ctx)
  await remindDue(ctx)
  for (const series of await openSeries(ctx)) await goOn(ctx, series)
}

async function startDue(ctx: Context) {
  const due = await waiting(ctx)
    .where('starts_by', '=', 'clock')
    .where('starts_at', '<=', nowText(ctx))
    .execute()
  for (const { id } of due) {
    await once(ctx, id, async (ctx, known) => {
      if (stateAt(known, nowText(ctx)) === 'scheduled') return
      await begin(ctx, known, { at: known.starts_at })
    })
  }
}

/** The release that it is for, when it began within the window: before, the work was not announced yet. */
async function startWithReleases(ctx: Context) {
  const now = nowText(ctx)
  const due = await waiting(ctx)
    .innerJoin('releases', (join) =>
      join
        .onRef('releases.component_id', '=', 'maintenances.release_component_id')
        .onRef('releases.version', '=', 'maintenances.release_version')
        .onRef('releases.started_at', '>=', 'maintenances.starts_at')
        .onRef('releases.started_at', '<', 'maintenances.ends_at'),
    )
    .innerJoin('environments', 'environments.id', 'releases.environment_id')
    .where('environments.tier', '=', 'production')
    .where('maintenances.starts_by', '=', 'release')
    .select(['releases.id as release_id', 'releases.started_at as began_at'])
    .orderBy('releases.started_at')
    .execute()
  for (const { id, release_id, began_at } of due) {
    const at = began_at !== null && began_at <= now ? began_at : now
    await once(ctx, id, async (ctx, known) => {
      await begin(ctx, known, { at, release_id })
    })
  }
}

async function endDue(ctx: Context) {
  const due = await running(ctx).where('ends_by', '!=', 'hand').where('ends_at', '<=', nowText(ctx)).execute()
  for (const { id } of due) {
    await once(ctx, id, async (ctx, known) => {
      // it may have been moved meanwhile
      if (known.ends_at <= nowText(ctx)) await finish(ctx, known, { at: known.ends_at })
    })
  }
}

async function endWithReleases(ctx: Context) {
  const due = await running(ctx)
    .innerJoin('releases', (join) =>
      join
        .onRef('releases.component_id', '=', 'maintenances.release_component_id')
        .onRef('releases.version', '=', 'maintenances.release_version')
        .onRef('releases.finished_at', '>=', 'maintenances.started_at'),
    )
    .innerJoin('environments', 'environments.id', 'releases.environment_id')
    .where('environments.tier', '=', 'production')
    .where('maintenances.ends_by', '=', 'release')
    .select('releases.finished_at')
    .orderBy('releases.finished_at')
    .execute()
  for (const { id, finished_at } of due) {
    await once(ctx, id, async (ctx, known) => {
      if (finished_at) await finish(ctx, known, { at: finished_at })
    })
  }
}

/** What waited for somebody until its time was over did not take place. */
async function dropUnstarted(ctx: Context) {
  const due = await waiting(ctx)
    .where('starts_by', '!=', 'clock')
    .where('ends_at', '<=', nowText(ctx))
    .execute()
  for (const { id } of due) {
    await once(ctx, id, async (ctx, known) => {
      if (known.started_at !== null || known.cancelled_at !== null) return
      const at = known.ends_at
      if (!(await updateMaintenance(ctx, known, { cancelled_at: at, updated_at: nowText(ctx) }))) return
      await writeUpdate(ctx, known, { kind: 'cancelled', at })
      const detail = { ...detailOf(known), why: 'not started' }
      await record(ctx, { action: 'maintenance.cancelled', subject: ['maintenance', id], detail })
    })
  }
}

async function remindDue(ctx: Context) {
  const now = nowText(ctx)
  const furthest = new Date(Date.parse(now) + reminderHours[0] * 3_600_000).toISOString()
  const coming = await waiting(ctx)
    .where('starts_at', '>', now)
    .where('starts_at', '<=', furthest)
    .select(['starts_at', 'timed_at', 'title', 'ends_at'])
    .execute()
  for (const one of coming) {
    const hours = reminderDue(one, now)
    if (hours === null) continue
    await inTransaction(ctx, async (ctx) => {
      const row = { maintenance_id: one.id, hours, starts_at: one.starts_at, at: now }
      if (!(await insertReminder(ctx, row))) return
      const detail = { ...detailOf(one), hours }
      await record(ctx, { action: 'maintenance.reminded', subject: ['maintenance', one.id], detail })
    })
  }
}

async function goOn(ctx: Context, series: Parameters<typeof layOut>[1]) {
  await inTransaction(ctx, async (ctx) => {
    for (const row of await layOut(ctx, series)) {
      const detail = detailOf({ ...series, ...row, ends_at: '' })
      const said = { title: detail.title, starts_at: detail.starts_at, repeats: series.rule }
      await record(ctx, { action: 'maintenance.planned', subject: ['maintenance', row.id], detail: said })
    }
  })
}

function waiting({ db }: Context) {
  return db
    .selectFrom('maintenances')
    .select('maintenances.id')
    .where('maintenances.started_at', 'is', null)
    .where('maintenances.cancelled_at', 'is', null)
}

function running({ db }: Context) {
  return db
    .selectFrom('maintenances')
    .select('maintenances.id')
    .where('maintenances.started_at', 'is not', null)
    .where('maintenances.ended_at', 'is', null)
    .where('maintenances.cancelled_at', 'is', null)
}

/** One thing at a time, looked at again inside its transaction: another node may have done it meanwhile. */
function once(ctx: Context, id: string, work: (ctx: Context, known: Maintenance & Row) => Promise<unknown>) {
  return inTransaction(ctx, async (ctx) => work(ctx, await maintenanceById(ctx, id)))
}
