import { z } from 'zod'
import { type Context, nowText } from '../platform/context.ts'
import { beginners, maintenanceStates, stateAt } from './model.ts'
import { PublicMaintenance, ToldMaintenance } from './public.ts'
import type { Maintenance } from './store.ts'

/** Planned work with everything that operators know of it. */
export const MaintenanceJson = ToldMaintenance.extend({
  state: z.enum(maintenanceStates),
  release: z.object({ component_id: z.string(), version: z.string() }).nullable(),
  release_id: z.string().nullable().describe('The release that it started with.'),
  starts_by: z.enum(beginners),
  ends_by: z.enum(beginners),
  series_id: z.string().nullable(),
  components: z.array(PublicMaintenance.shape.components.element.extend({ visibility: z.string() })),
  version: z.int(),
})

export function maintenanceJson(ctx: Context, known: Maintenance): z.output<typeof MaintenanceJson> {
  const { release_component_id: component_id, release_version: version, series } = known
  return MaintenanceJson.parse({
    ...known,
    state: stateAt(known, nowText(ctx)),
    repeats: series?.rule ?? null,
    release: component_id && version ? { component_id, version } : null,
    components: known.components.map(({ archived_at, ...one }) => ({
      ...one,
      archived: archived_at !== null,
    })),
  })
}
