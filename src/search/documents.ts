import type { Context } from '../platform/context.ts'
import { type Kind, kindToken } from './model.ts'
import type { Document } from './store.ts'
import { wordsOf } from './tokens.ts'

/** Which things are read: these, or the next so many after an id, in the order of their birth. */
export type Which = { ids: string[] } | { after: string; limit: number }

/** What can be found of things of one kind. What nobody sees any more has no document. */
export const documentsOf: Record<Kind, (ctx: Context, which: Which) => Promise<Document[]>> = {
  component: componentDocuments,
  incident: incidentDocuments,
  update: updateDocuments,
  note: noteDocuments,
  postmortem: postmortemDocuments,
  release: releaseDocuments,
}

function document(kind: Kind, id: string, about: string, texts: (string | null)[]): Document {
  return { id, kind, about, words: [kindToken(kind), ...wordsOf(texts)].join(' ') }
}

async function componentDocuments({ db }: Context, which: Which) {
  let query = db.selectFrom('components').select(['id', 'name', 'slug', 'description', 'owners'])
  query = 'ids' in which ? query.where('id', 'in', which.ids) : query.where('id', '>', which.after)
  const rows = await query.orderBy('id').limit(limitOf(which)).execute()
  return rows.map((row) =>
    document('component', row.id, row.id, [row.name, row.slug, row.description, row.owners]),
  )
}

async function incidentDocuments({ db }: Context, which: Which) {
  let query = db
    .selectFrom('incidents')
    .select(['id', 'title', 'remedy_reason'])
    .where('deleted_at', 'is', null)
  query = 'ids' in which ? query.where('id', 'in', which.ids) : query.where('id', '>', which.after)
  const rows = await query.orderBy('id').limit(limitOf(which)).execute()
  const named = await componentsIn(
    db,
    rows.map(({ id }) => id),
  )
  return rows.map((row) => {
    const names = (named.get(row.id) ?? []).flatMap(({ name, slug }) => [name, slug])
    return document('incident', row.id, row.id, [row.title, row.remedy_reason, ...names])
  })
}

async function componentsIn(db: Context['db'], ids: string[]) {
  if (ids.length === 0) return new Map<string, { name: string; slug: string }[]>()
  const rows = await db
    .selectFrom('incident_update_components as named')
    .innerJoin('incident_updates as said', 'said.id', 'named.update_id')
    .innerJoin('components', 'components.id', 'named.component_id')
    .select(['said.incident_id', 'components.name', 'components.slug'])
    .where('said.incident_id', 'in', ids)
    .distinct()
    .execute()
  return Map.groupBy(rows, ({ incident_id }) => incident_id)
}

/** Of the incidents that are named, or one by one. */
async function updateDocuments({ db }: Context, which: Which) {
  let query = db
    .selectFrom('incident_updates as said')
    .innerJoin('incidents', 'incidents.id', 'said.incident_id')
    .select(['said.id', 'said.incident_id', 'said.body', 'said.actor_name'])
    .where('said.deleted_at', 'is', null)
    .where('incidents.deleted_at', 'is', null)
  query =
    'ids' in which
      ? query.where('said.incident_id', 'in', which.ids)
      : query.where('said.id', '>', which.after)
  const rows = await query.orderBy('said.id').limit(limitOf(which)).execute()
  return rows.map((row) => document('update', row.id, row.incident_id, [row.body, row.actor_name]))
}

/** Only operators search, so that what they said to each other may be found. */
async function noteDocuments({ db }: Context, which: Which) {
  let query = db
    .selectFrom('incident_notes as note')
    .innerJoin('incidents', 'incidents.id', 'note.incident_id')
    .select(['note.id', 'note.incident_id', 'note.body', 'note.actor_name'])
    .where('note.deleted_at', 'is', null)
    .where('incidents.deleted_at', 'is', null)
  query =
    'ids' in which
      ? query.where('note.incident_id', 'in', which.ids)
      : query.where('note.id', '>', which.after)
  const rows = await query.orderBy('note.id').limit(limitOf(which)).execute()
  return rows.map((row) => document('note', row.id, row.incident_id, [row.body, row.actor_name]))
}

/** What was learned, published or not, with what is to be done about it. */
async function postmortemDocuments({ db }: Context, which: Which) {
  let query = db
    .selectFrom('postmortems as learned')
    .innerJoin('incidents', 'incidents.id', 'learned.incident_id')
    .select(['learned.id', 'learned.incident_id', 'learned.body', 'learned.how_noticed', 'incidents.title'])
    .where('incidents.deleted_at', 'is', null)
  query =
    'ids' in which
      ? query.where('learned.incident_id', 'in', which.ids)
      : query.where('learned.id', '>', which.after)
  const rows = await query.orderBy('learned.id').limit(limitOf(which)).execute()
  return rows.map(({ id, incident_id, body, how_noticed, title }) =>
    document('postmortem', id, incident_id, [title, body, how_noticed]),
  )
}

async function releaseDocuments({ db }: Context, which: Which) {
  let query = db
    .selectFrom('releases')
    .innerJoin('components', 'components.id', 'releases.component_id')
    .innerJoin('environments', 'environments.id', 'releases.environment_id')
    .select(['releases.id', 'components.name', 'components.slug', 'environments.name as environment'])
    .select([
      'releases.version',
      'releases.commit',
      'releases.ref',
      'releases.actor_name',
      'releases.message',
    ])
    .select(['releases.kind', 'releases.reason'])
  query =
    'ids' in which
      ? query.where('releases.id', 'in', which.ids)
      : query.where('releases.id', '>', which.after)
  const rows = await query.orderBy('releases.id').limit(limitOf(which)).execute()
  return rows.map((row) => {
    const { id, name, slug, environment, version, commit, ref, actor_name, message, kind, reason } = row
    const texts = [name, slug, environment, version, commit, ref, actor_name, message, kind, reason]
    return document('release', id, id, texts)
  })
}

function limitOf(which: Which) {
  return 'ids' in which ? 100_000 : which.limit
}
