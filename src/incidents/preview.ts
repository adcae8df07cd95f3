import { ZodError } from 'zod'
import { type Headline, headline } from '../components/headline.ts'
import { publicComponents } from '../components/public.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { readSite } from '../site/store.ts'
import { wordsFor } from '../site/words/index.ts'
import { declareIncident } from './actions.ts'
import { cardOf, type IncidentCard } from './card.ts'
import type { NewIncident } from './model.ts'
import { openPublicIncidents, project } from './public.ts'

/** What customers will see; `card` is null when the incident names only what they may not see. */
export type Preview = { headline: Headline; card: IncidentCard | null }

/**
 * What customers would see: the incident is declared for real, read as they would read it, and taken back with its
 * transaction, so that the preview cannot differ from the page. Null while what was typed cannot stand yet.
 */
export async function previewOf(ctx: Context, draft: () => NewIncident): Promise<Preview | null> {
  const rehearsed: { preview: Preview | null } = { preview: null }
  try {
    await inTransaction(ctx, async (ctx) => {
      const given = draft()
      const title = given.title.trim() || 'What customers notice'
      const body = given.body.trim() || 'What you tell customers stands here.'
      const incident = await declareIncident(ctx, { ...given, title, body })
      rehearsed.preview = await readAsCustomers(ctx, incident)
      throw rehearsed
    })
  } catch (error) {
    const isUnfinished = error instanceof Refusal || error instanceof ZodError
    if (error !== rehearsed && !isUnfinished) throw error
  }
  return rehearsed.preview
}

async function readAsCustomers(
  ctx: Context,
  incident: Parameters<typeof project>[1][number],
): Promise<Preview> {
  const now = nowText(ctx)
  const t = wordsFor((await readSite(ctx)).language)
  const open = await openPublicIncidents(ctx)
  const isSeen = incident.resolved_at !== null || open.some((one) => one.id === incident.id)
  const [seen] = isSeen ? await project(ctx, [incident]) : []
  return {
    headline: headline(await publicComponents(ctx), open.length, t.headline),
    // nothing to follow from a card whose incident does not exist yet
    card: seen ? { ...cardOf(seen, now, t), id: '' } : null,
  }
}
