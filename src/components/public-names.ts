import type { Context } from '../platform/context.ts'
import type { PublicComponent } from './public.ts'
import { visibleComponents } from './visibility.ts'

/** A light form of `PublicComponent`: what naming it and linking to it needs. An archived one has no page. */
export type NamedComponent = Pick<PublicComponent, 'id' | 'slug' | 'name'> & { archived: boolean }

/** Every component that may be named, archived ones too, by name: one query, where a list of statuses would take five. */
export async function namedComponents({ db }: Pick<Context, 'db'>): Promise<NamedComponent[]> {
  const rows = await visibleComponents(db)
    .select(['id', 'slug', 'name', 'archived_at'])
    .orderBy('position')
    .orderBy('id')
    .execute()
  return rows.map(({ archived_at, ...named }) => ({ ...named, archived: archived_at !== null }))
}
