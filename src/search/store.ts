import type { Context } from '../platform/context.ts'
import type { Tables } from '../platform/tables.ts'

export type Document = Omit<Tables['search_documents'], 'place'>
type State = Tables['search_state']

/** Writes documents anew, or as they are now; each keeps its place. */
export async function writeDocuments({ db }: Context, documents: Document[]) {
  if (documents.length === 0) return
  await db
    .insertInto('search_documents')
    .values(documents)
    .onConflict((on) =>
      on
        .column('id')
        .doUpdateSet(({ ref }) => ({ about: ref('excluded.about'), words: ref('excluded.words') })),
    )
    .execute()
}

/** Forgets what is about these, except what is kept. */
export async function forgetDocuments({ db }: Context, about: string[], kept: string[]) {
  if (about.length === 0) return
  let query = db.deleteFrom('search_documents').where('about', 'in', about)
  if (kept.length > 0) query = query.where('id', 'not in', kept)
  await query.execute()
}

/** The place of a document in the order of birth, or null. */
export async function placeOf({ db }: Context, id: string): Promise<number | null> {
  const row = await db.selectFrom('search_documents').select('place').where('id', '=', id).executeTakeFirst()
  return row ? Number(row.place) : null
}

export function readState({ db }: Context): Promise<State | undefined> {
  return db.selectFrom('search_state').selectAll().where('id', '=', 'search').executeTakeFirst()
}

export async function saveState({ db }: Context, state: Omit<State, 'id'>) {
  await db
    .insertInto('search_state')
    .values({ id: 'search', ...state })
    .onConflict((on) => on.column('id').doUpdateSet(state))
    .execute()
}

/** The newest line of the journal, or before all of them. */
export async function newestLine({ db }: Context): Promise<string> {
  const row = await db.selectFrom('journal').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst()
  return row?.id ?? ''
}

/** What was done since a line, oldest first. */
export function linesAfter({ db }: Context, id: string, limit: number) {
  return db
    .selectFrom('journal')
    .select(['id', 'action', 'subject_kind', 'subject_id'])
    .where('id', '>', id)
    .orderBy('id')
    .limit(limit)
    .execute()
}

/** What carries a component's name: its releases and the incidents that name it. */
export async function bearersOf({ db }: Context, component_id: string) {
  const releases = await db
    .selectFrom('releases')
    .select('id')
    .where('component_id', '=', component_id)
    .execute()
  const incidents = await db
    .selectFrom('incident_update_components as named')
    .innerJoin('incident_updates as said', 'said.id', 'named.update_id')
    .select('said.incident_id as id')
    .where('named.component_id', '=', component_id)
    .distinct()
    .execute()
  return { release: releases.map(({ id }) => id), incident: incidents.map(({ id }) => id) }
}
