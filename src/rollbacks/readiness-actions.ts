import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { fromWallClock } from '../platform/zone.ts'
import { isSameThing, versionKinds } from '../releases/model.ts'
import { nameOf } from '../releases/reading.ts'
import { type Release, releaseById } from '../releases/store.ts'
import { readSite } from '../site/store.ts'
import { finishesOf } from './lane-store.ts'
import type { ReadinessChange } from './readiness-input.ts'
import { type ReadinessOfRelease, readinessOf } from './readiness-of.ts'
import { answersFor, type ReadinessRow, writeAnswers } from './readiness-store.ts'

const mostLooked = 200

/** An operator's answers to how a release can be taken back. The same answers again change nothing. */
export function answerReadiness(
  ctx: Context,
  id: string,
  change: ReadinessChange,
): Promise<ReadinessOfRelease> {
  return inTransaction(ctx, async (ctx) => {
    const release = await releaseById(ctx, id)
    refuseWithoutVersion(release)
    const was = await answersOf(ctx, id)
    const { version = was.version, rollback_target, rollback_tested_at, ...fields } = change
    if (version !== was.version) throw await stale(ctx, release)
    const is: ReadinessRow = { ...was, ...given(fields) }
    if (rollback_target !== undefined)
      is.rollback_target_release_id = await targetId(ctx, release, rollback_target)
    if (rollback_tested_at !== undefined) is.rollback_tested_at = await pastMoment(ctx, rollback_tested_at)
    const changed = Object.keys(is).filter((key) => is[key as 'runbook'] !== was[key as 'runbook'])
    if (changed.length === 0) return readinessOf(ctx, release)
    const row = { ...is, version: was.version + 1, answered_at: nowText(ctx), answered_by: ctx.actor.name }
    if (!(await writeAnswers(ctx, row, was.version))) throw await stale(ctx, release)
    const { component_id } = release
    const detail = { version: nameOf(release), component_id, fields: changed }
    await record(ctx, { action: 'release.readiness_answered', subject: ['release', id], detail })
    return readinessOf(ctx, release)
  })
}

function refuseWithoutVersion({ kind }: Release) {
  if (versionKinds.includes(kind)) return
  throw new Refusal('conflict', `A ${kind} change puts no version live, so there is none to go back from.`)
}

async function answersOf(ctx: Context, release_id: string): Promise<ReadinessRow> {
  const [found] = await answersFor(ctx, [release_id])
  if (!found) return { ...unanswered, release_id }
  const { target_version, target_commit, ...row } = found
  return row
}

const unanswered = {
  rollback_method: null,
  rollback_target_release_id: null,
  artifact_retained: null,
  artifact_ref: null,
  schema_change: null,
  data_compat: null,
  rollback_tested_at: null,
  rollback_tested_where: null,
  runbook: null,
  roll_forward_reason: null,
  version: 0,
  answered_at: '',
  answered_by: '',
}

/** Only what is said: what is left out stays as it is. */
function given<T extends object>(fields: T) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>
  }
}

/** The newest release of that version here; only what everybody had can be gone back to. */
async function targetId(ctx: Context, release: Release, named: string | null): Promise<string | null> {
  if (named === null) return null
  const finishes = await finishesOf(ctx, laneOf(release), mostLooked)
  const target = finishes.find((one) => one.id === named) ?? finishes.find((one) => nameOf(one) === named)
  if (!target) throw wrong('rollback_target', `${named} was never live here, so nobody can go back to it.`)
  if (target.id === release.id || isSameThing(target, release)) {
    throw wrong('rollback_target', `${nameOf(target)} is what is to be gone back from.`)
  }
  return target.id
}

function laneOf({ component_id, environment_id }: Release) {
  return { component_id, environment_id }
}

/** A day is the page's own; what is to come proves nothing. */
async function pastMoment(ctx: Context, said: string | null): Promise<string | null> {
  if (said === null) return null
  const isDay = /^\d{4}-\d\d-\d\d$/.test(said)
  const at = isDay
    ? fromWallClock(said, '00:00', (await readSite(ctx)).time_zone)
    : new Date(said).toISOString()
  if (at > nowText(ctx)) throw wrong('rollback_tested_at', 'That is still to come.')
  return at
}

function wrong(field: string, words: string) {
  return new Refusal('invalid', words, { errors: { [field]: words } })
}

async function stale(ctx: Context, release: Release) {
  const { fields, version, answered_by } = await readinessOf(ctx, release)
  const current = {
    version,
    answered_by,
    ...Object.fromEntries(Object.entries(fields).map(([key, { value }]) => [key, value])),
  }
  return new Refusal('stale', 'These answers were changed by somebody else meanwhile.', { current })
}
