import { type Context, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { labelOf } from './choices.ts'
import { type Cause, type Remedy, remedyWords, type Severity } from './model.ts'
import { causeWords, severityWords } from './noted.ts'
import { type NamedRelease, releasesNamed } from './store.ts'

type Fields = Record<string, string | null>

/** Keeps what an edit replaces: of an update, or (null) of the incident's facts. What stays the same is left out. */
export async function keepRevision(
  ctx: Context,
  of: { incident_id: string; update_id: string | null },
  before: object,
  after: object,
) {
  const was = before as Fields
  const changed = Object.entries(after as Fields).filter(
    ([field, value]) => field !== 'updated_at' && was[field] !== value,
  )
  if (changed.length === 0) return
  const kept = Object.fromEntries(changed.map(([field]) => [field, was[field] ?? null]))
  const row = { id: newId(), ...of, before: JSON.stringify(kept) }
  await ctx.db
    .insertInto('incident_update_revisions')
    .values({ ...row, edited_at: nowText(ctx), edited_by: ctx.actor.name })
    .execute()
}

/** All that was edited of an incident, newest first: for operators alone. */
export async function revisionsOf({ db }: Context, incident_id: string) {
  const query = db.selectFrom('incident_update_revisions').selectAll().where('incident_id', '=', incident_id)
  const rows = await query.orderBy('edited_at', 'desc').orderBy('id', 'desc').execute()
  return rows.map(({ before, ...row }) => ({ ...row, before: JSON.parse(before) as Fields }))
}

type Revision = Awaited<ReturnType<typeof revisionsOf>>[number]

/** The same with words for what was before: `[word, value, is it a moment]` for each field. */
export async function notedRevisions(ctx: Context, incident_id: string) {
  const revisions = await revisionsOf(ctx, incident_id)
  const named = revisions.flatMap(({ before }) => [
    before.cause_release_id ?? null,
    before.remedy_release_id ?? null,
  ])
  const releases = new Map((await releasesNamed(ctx, named)).map((release) => [release.id, release]))
  return revisions.map((revision) => ({ ...revision, facts: factsBefore(revision.before, releases) }))
}

function factsBefore(before: Fields, releases: Map<string, NamedRelease>) {
  const nothing = 'nothing'
  const releaseOf = (id: string | null) => {
    const release = releases.get(id ?? '')
    return release ? labelOf(release) : 'none named'
  }
  const words: Record<string, (value: string | null) => [string, string]> = {
    title: (value) => ['Title', value ?? nothing],
    impact: (value) => ['Severity', value ? severityWords[value as Severity] : 'derived'],
    cause: (value) => ['Cause', causeWords[(value ?? 'unknown') as Cause]],
    cause_release_id: (value) => ['Release', releaseOf(value)],
    remedy: (value) => ['Remedy', value ? remedyWords[value as Remedy] : 'none yet'],
    remedy_release_id: (value) => ['With release', releaseOf(value)],
    remedy_reason: (value) => ['Why no rollback', value ?? nothing],
  }
  return Object.entries(before).flatMap(([field, value]) => {
    const fact = words[field]
    return fact ? [fact(value)] : []
  })
}

const momentWords: Record<string, string> = {
  started_at: 'Started',
  next_update_at: 'Next update by',
  display_at: 'Said at',
}

/** The moments among what was before, for a page to show in its zone. */
export function momentsBefore({ before }: Revision): [string, string | null][] {
  return Object.entries(before).flatMap(([field, value]): [string, string | null][] => {
    const word = momentWords[field]
    return word ? [[word, value]] : []
  })
}
