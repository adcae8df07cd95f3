import { type IncidentState, stateWords } from '../incidents/model.ts'
import type { Context } from '../platform/context.ts'
import { nameOf, readReleasesById } from '../releases/reading.ts'
import { stateWords as releaseStates } from '../releases/words.ts'
import type { Found, Kind } from './model.ts'
import { type Asked, excerpt, type Piece, pieces } from './tokens.ts'

type Result = {
  id: string
  kind: Kind
  title: string
  /** Where it stands, or whose it is, in a few words. */
  about: string
  text: string
  at: string | null
  path: string
  title_pieces: Piece[]
  text_pieces: Piece[]
}
type Plain = Omit<Result, 'kind' | 'title_pieces' | 'text_pieces'>

/** What was found as it is now, in the order in which it was found; read in one query for each kind. */
export async function resultsOf(ctx: Context, found: Found[], asked: Asked): Promise<Result[]> {
  const ids = (kind: Kind) => found.filter((one) => one.kind === kind).map(({ id }) => id)
  const parts: [Kind, Plain[]][] = [
    ['component', await components(ctx, ids('component'))],
    ['incident', await incidents(ctx, ids('incident'))],
    ['update', await updates(ctx, ids('update'))],
    ['note', await notes(ctx, ids('note'))],
    ['postmortem', await postmortems(ctx, ids('postmortem'))],
    ['release', await releases(ctx, ids('release'))],
  ]
  const known = new Map(
    parts.flatMap(([kind, rows]) => rows.map((row) => [row.id, marked(kind, row, asked)])),
  )
  return found.flatMap(({ id }) => known.get(id) ?? [])
}

function marked(kind: Kind, row: Plain, asked: Asked): Result {
  return { ...row, kind, title_pieces: pieces(row.title, asked), text_pieces: excerpt(row.text, asked) }
}

async function components({ db }: Context, ids: string[]): Promise<Plain[]> {
  if (ids.length === 0) return []
  const rows = await db.selectFrom('components').selectAll().where('id', 'in', ids).execute()
  return rows.map(({ id, name, slug, description, owners, visibility, archived_at }) => {
    const about = archived_at ? 'archived' : visibility === 'private' ? 'hidden from customers' : ''
    const text = [slug, description, owners && `Run by ${owners}`].filter(Boolean).join(' · ')
    return { id, title: name, about, text, at: null, path: `/admin/components/${id}` }
  })
}

async function incidents({ db }: Context, ids: string[]): Promise<Plain[]> {
  if (ids.length === 0) return []
  const rows = await db.selectFrom('incidents').selectAll().where('id', 'in', ids).execute()
  const named = await db
    .selectFrom('incident_update_components as named')
    .innerJoin('incident_updates as said', 'said.id', 'named.update_id')
    .innerJoin('components', 'components.id', 'named.component_id')
    .select(['said.incident_id', 'components.name'])
    .where('said.incident_id', 'in', ids)
    .distinct()
    .execute()
  return rows.map(({ id, title, state, started_at, remedy_reason }) => {
    const names = named.filter(({ incident_id }) => incident_id === id).map(({ name }) => name)
    const text = [names.join(', '), remedy_reason].filter(Boolean).join(' · ')
    return {
      id,
      title,
      about: stateWords[state as IncidentState],
      text,
      at: started_at,
      path: incidentPath(id),
    }
  })
}

function incidentPath(id: string) {
  return `/admin/incidents/${id}`
}

async function updates({ db }: Context, ids: string[]): Promise<Plain[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('incident_updates as said')
    .innerJoin('incidents', 'incidents.id', 'said.incident_id')
    .select(['said.id', 'said.body', 'said.state', 'said.display_at', 'said.actor_name'])
    .select(['incidents.title', 'said.incident_id'])
    .where('said.id', 'in', ids)
    .execute()
  return rows.map(({ id, title, body, actor_name, display_at, incident_id }) => {
    return { id, title, about: actor_name, text: body, at: display_at, path: incidentPath(incident_id) }
  })
}

async function notes({ db }: Context, ids: string[]): Promise<Plain[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('incident_notes as note')
    .innerJoin('incidents', 'incidents.id', 'note.incident_id')
    .select(['note.id', 'note.body', 'note.created_at', 'note.actor_name'])
    .select(['incidents.title', 'note.incident_id'])
    .where('note.id', 'in', ids)
    .execute()
  return rows.map(({ id, title, body, actor_name, created_at, incident_id }) => {
    return { id, title, about: actor_name, text: body, at: created_at, path: incidentPath(incident_id) }
  })
}

async function postmortems({ db }: Context, ids: string[]): Promise<Plain[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('postmortems as learned')
    .innerJoin('incidents', 'incidents.id', 'learned.incident_id')
    .select(['learned.id', 'learned.body', 'learned.published_at', 'learned.updated_at'])
    .select(['incidents.title', 'learned.incident_id'])
    .where('learned.id', 'in', ids)
    .execute()
  return rows.map(({ id, title, body, published_at, updated_at, incident_id }) => {
    const about = published_at ? 'published' : 'a draft'
    const path = `${incidentPath(incident_id)}/postmortem`
    return { id, title, about, text: body, at: published_at ?? updated_at, path }
  })
}

async function releases(ctx: Context, ids: string[]): Promise<Plain[]> {
  const rows = await readReleasesById(ctx, ids)
  return rows.map((row) => {
    const by = row.actor_name && `by ${row.actor_name}`
    const commit = row.commit && row.version ? row.commit.slice(0, 12) : null
    const text = [row.component_name, row.environment, by, commit, row.ref, row.message, row.reason]
      .filter(Boolean)
      .join(' · ')
    const title = `${row.component_slug} ${nameOf(row)}`
    return {
      id: row.id,
      title,
      about: releaseStates[row.state],
      text,
      at: row.lane_at,
      path: `/admin/releases/${row.id}`,
    }
  })
}
