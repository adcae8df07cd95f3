import { worstStatus } from '../../components/model.ts'
import type { PublicComponent, PublicGroup } from '../../components/public.ts'
import type { V2Component } from './model.ts'

/**
 * Components as Statuspage tells them: a group is a component too, followed by its members, and is as bad as the
 * worst of them. In the order of the page; positions begin at 1.
 */
export function v2Components(
  components: readonly PublicComponent[],
  groups: readonly PublicGroup[],
  page_id: string,
): V2Component[] {
  const members = Map.groupBy(components, ({ group }) => group?.id ?? null)
  const grouped = groups.flatMap((group, index) => {
    const own = members.get(group.id) ?? []
    const head = v2Group(group, own, { page_id, position: index + 1 })
    return [head, ...own.map((component, at) => v2Component(component, { page_id, position: at + 1 }))]
  })
  const alone = (members.get(null) ?? []).map((component, index) =>
    v2Component(component, { page_id, position: groups.length + index + 1 }),
  )
  return [...grouped, ...alone]
}

type Place = { page_id: string; position: number }

function v2Component(component: PublicComponent, { page_id, position }: Place): V2Component {
  const { id, name, status, created_at, updated_at, description, started_on, group } = component
  return {
    id,
    name,
    status,
    created_at,
    updated_at,
    position,
    description: description || null,
    showcase: true,
    start_date: started_on || null,
    group_id: group?.id ?? null,
    page_id,
    group: false,
    only_show_if_degraded: false,
  }
}

function v2Group(group: PublicGroup, members: PublicComponent[], { page_id, position }: Place): V2Component {
  return {
    id: group.id,
    name: group.name,
    status: worstStatus(members.map(({ status }) => status)),
    created_at: group.created_at,
    updated_at: group.updated_at,
    position,
    description: null,
    showcase: false,
    start_date: null,
    group_id: null,
    page_id,
    group: true,
    only_show_if_degraded: false,
    components: members.map(({ id }) => id),
  }
}
