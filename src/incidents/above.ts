import type { Context } from '../platform/context.ts'
import type { PublicPageOf } from './preview.ts'

/**
 * What stands beside an incident that a release caused: the way back, which a slice above this one knows. Null when
 * there is none.
 */
type WayBackFor = (
  ctx: Context,
  given: { release_id: string; incident: { id: string; title: string }; back: string },
) => Promise<object | null>

/** What slices above this one know and its pages show: `app.ts` hands it in. */
export type Above = {
  wayBackFor: WayBackFor
  /** Whether a release can be rolled back, in a few lines; null where nothing can be said. */
  wayBackBrief: (ctx: Context, release_id: string) => Promise<object | null>
  publicPageOf: PublicPageOf
}
