import { type Component, componentByIdOrSlug } from '../components/store.ts'
import type { Context } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { fault } from './model.ts'

/** The component of this id or slug; that there is none is told beside the field that named it. */
export function namedComponent(ctx: Context, name: string, field = 'components'): Promise<Component> {
  return componentByIdOrSlug(ctx, name).catch((error) => {
    const unknown = error instanceof Refusal && error.code === 'not-found'
    throw unknown ? fault(field, `There is no component “${name}”.`) : error
  })
}

/** The ids of the components that are named, each once. One that was archived meanwhile may stay where it was (`known`). */
export async function namedIds(ctx: Context, names: string[], known: { id: string }[], field = 'components') {
  const ids = new Set<string>()
  for (const name of names) {
    const component = await namedComponent(ctx, name, field)
    const stays = known.some(({ id }) => id === component.id)
    if (component.archived_at && !stays) throw fault(field, `${component.name} is archived.`)
    ids.add(component.id)
  }
  return [...ids]
}
