import type { Context } from '../platform/context.ts'
import type { EventFacts } from '../sources/events.ts'
import type { EventRow, Release } from './store.ts'

type About = Pick<
  Release,
  'component_id' | 'version' | 'commit' | 'artifact' | 'changelog_url' | 'last_event_at'
>

/**
 * A release with what a registry or a forge said of its version, where its own tool said nothing: which artifact it is,
 * and what changed. Read when it is shown, so it is the same whether the artifact or the release was heard of first.
 */
export async function withAvailable<R extends About>(ctx: Context, release: R): Promise<R> {
  if (release.artifact !== null && release.changelog_url !== null) return release
  const said = await availableAs(ctx, release)
  return {
    ...release,
    artifact: release.artifact ?? said.artifact ?? null,
    changelog_url: release.changelog_url ?? said.urls?.changelog ?? null,
  }
}

/** A tag can be moved: what it was when the release was last heard of counts, else what it became first. */
async function availableAs(ctx: Context, release: About): Promise<EventFacts> {
  const rows = await available(ctx, release)
  const then = rows.filter(({ effective_at }) => effective_at <= release.last_event_at)
  const told = then.length > 0 ? then : rows.slice(0, 1)
  return Object.assign({}, ...told.map(({ facts }) => JSON.parse(facts)))
}

async function available({ db }: Context, { component_id, ...release }: About) {
  const names = namesOf(release)
  if (names.length === 0) return []
  return db
    .selectFrom('release_events')
    .select(['facts', 'effective_at'])
    .where('source_id', 'in', db.selectFrom('sources').select('id')) // for its index
    .where('run_key', 'in', names)
    .where('component_id', '=', component_id)
    .where('type', '=', 'artifact.available')
    .orderBy('effective_at')
    .orderBy('id')
    .execute()
}

/** How a tag may spell it: with the v or without, or as a commit, whole or short. */
function namesOf({ version, commit }: Pick<Release, 'version' | 'commit'>): string[] {
  const plain = version?.replace(/^v(?=\d)/, '')
  const names = [version, plain, plain && `v${plain}`, commit, commit?.slice(0, 7)]
  return [...new Set(names.filter((name) => typeof name === 'string'))]
}

type Told = Pick<Release, 'source_id' | 'scope' | 'component_id'> & Named
type Named = { version: string | null; commit: string | null }

/**
 * What the release's own tool said of its version apart from the release: which commit it is, and which one it follows
 * (Sentry's `set-commits`, which knows of no environment). It is part of the release, so its lane is settled by it.
 */
export async function commitsOf({ db }: Context, { source_id, scope, component_id, version, commit }: Told) {
  if (version === null || commit !== null) return null
  const rows = await db
    .selectFrom('release_events')
    .select('facts')
    .where((all) => all.and({ source_id, scope, component_id, run_key: version, type: 'artifact.available' }))
    .orderBy('effective_at')
    .orderBy('id')
    .execute()
  const said: EventFacts = Object.assign({}, ...rows.map(({ facts }) => JSON.parse(facts)))
  return { commit: said.commit?.toLowerCase() ?? null, previous: said.previous_commit ?? null }
}

/** The releases of which this says a commit that they lack. */
export async function releasesLacking({ db }: Context, event: EventRow): Promise<string[]> {
  const { source_id, scope, component_id, type } = event
  const { version, commit }: EventFacts = JSON.parse(event.facts)
  if (type !== 'artifact.available' || !component_id || !version || !commit) return []
  const rows = await db
    .selectFrom('releases')
    .select('id')
    .where((all) => all.and({ source_id, scope, component_id, version }))
    .execute()
  return rows.map(({ id }) => id)
}
