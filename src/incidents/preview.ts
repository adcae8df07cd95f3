import { type Headline, headline } from '../components/headline.ts'
import { worstStatus } from '../components/model.ts'
import { publicComponents } from '../components/public.ts'
import type { Context } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { readSite } from '../site/store.ts'
import { en } from '../site/words/en.ts'
import { wordsFor } from '../site/words/index.ts'
import type { NewUpdate } from './model.ts'
import { openPublicIncidents } from './public.ts'
import { rehearse } from './rehearsal.ts'
import { logIncident, type ToldIncident } from './retrospective.ts'
import type { Incident } from './store.ts'
import { incidentById } from './store.ts'
import { postUpdate } from './updates.ts'
import { wholeIncident } from './whole.ts'

/** The page that customers read of an incident, which a slice above this one puts together. */
export type PublicPageOf = (ctx: Context, incident_id: string) => Promise<object>

/** What customers will see: the page's first words and the incident's own page; null where they would see none of it. */
export type Preview = { headline: Headline; page: object | null; publish: string; private: boolean }

/**
 * What customers would see of an incident: it is logged for real, its page is put together as theirs is, and all of it
 * is taken back. Null while what was typed cannot stand yet.
 */
export function previewOf(ctx: Context, draft: () => ToldIncident, pageOf: PublicPageOf) {
  const verb = async (ctx: Context) => {
    const given = draft()
    const title = given.title.trim() || 'What customers notice'
    const body = given.body.trim() || 'What you tell customers stands here.'
    return logIncident(ctx, { ...given, title, body })
  }
  return rehearse(ctx, verb, (ctx, incident) => readAsCustomers(ctx, incident, pageOf))
}

/** The same of an update to an incident. */
export function previewOfUpdate(ctx: Context, id: string, draft: () => NewUpdate, pageOf: PublicPageOf) {
  const verb = async (ctx: Context) => {
    const given = draft()
    await postUpdate(ctx, id, { ...given, body: given.body.trim() || 'What you tell customers stands here.' })
    return incidentById(ctx, id)
  }
  return rehearse(ctx, verb, (ctx, incident) => readAsCustomers(ctx, incident, pageOf))
}

async function readAsCustomers(ctx: Context, incident: Incident, pageOf: PublicPageOf): Promise<Preview> {
  const t = wordsFor((await readSite(ctx)).language)
  const open = await openPublicIncidents(ctx)
  const page = await pageOf(ctx, incident.id).catch((error) => {
    if (error instanceof Refusal && error.code === 'not-found') return null
    throw error
  })
  return {
    headline: headline(await publicComponents(ctx), open.length, t.headline),
    page,
    publish: await publishWords(ctx, incident),
    private: incident.visibility === 'private',
  }
}

/** What pressing the button says to customers: "Publish: Checkout is partly down". */
async function publishWords(ctx: Context, incident: Incident): Promise<string> {
  if (incident.visibility === 'private') return 'Log it for the team alone'
  if (incident.resolved_at) return 'Publish: it is over'
  const { components } = await wholeIncident(ctx, incident)
  const tone = worstStatus(components.map(({ status }) => status))
  const worst = components.filter(({ status }) => status === tone)
  if (tone === 'operational' || worst.length === 0) return 'Publish: nothing is affected'
  const words =
    worst.length === 1 ? en.headline.one(worst[0]?.name ?? '', tone) : en.headline.several(worst.length, tone)
  return `Publish: ${words}`
}
