import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { formToken } from '../accounts/secrets.ts'
import { pauseOf } from '../outbound/pause.ts'
import type { Assets } from '../platform/assets.ts'
import { nowText } from '../platform/context.ts'
import { takeFlash } from '../platform/flash.ts'
import { isForMachines, originFor } from '../platform/http.ts'
import { newId } from '../platform/ids.ts'
import { pageData } from '../platform/view.ts'
import { accentRules } from './accent.ts'
import { tellsEveryRelease } from './model.ts'
import { publicOrigin } from './origin.ts'
import { readSite, type Site, untouched } from './store.ts'
import { wordsFor } from './words/index.ts'

declare module 'fastify' {
  interface FastifyReply {
    /** What every template of this answer is given, beside what its route hands it. */
    locals: object
  }
}

type Given = { assets: Assets; origin: string | null; sample: boolean; exported: boolean }

/** Hands every template the page-wide data: site, viewer, flash, form token, helpers. The one place for it. */
export function registerPages(app: FastifyInstance, given: Given) {
  app.addHook('onRequest', async (request, reply) => {
    if (!isForMachines(request.url)) reply.locals = pageFor(request, given, untouched, null)
  })
  app.addHook('preHandler', async (request, reply) => {
    if (isForMachines(request.url)) return
    const site = await readSite(request.ctx)
    reply.locals = pageFor(request, given, site, flashFor(request, reply))
    if (request.viewer) reply.locals = { ...reply.locals, ...(await counts(request)) }
  })
}

/** Only people who are signed in get flashes: public pages stay the same for everybody. */
function flashFor(request: FastifyRequest, reply: FastifyReply) {
  return request.viewer && request.method === 'GET' ? takeFlash(request, reply) : null
}

function pageFor(request: FastifyRequest, given: Given, site: Site, flash: string | null) {
  const { assets, origin, sample, exported } = given
  const csrf = request.form_binding === '' ? '' : formToken(request.ctx.secret, request.form_binding)
  return pageData({
    site: { ...site, tells_every_release: tellsEveryRelease(site.public_releases) },
    t: wordsFor(site.language),
    viewer: request.viewer,
    flash,
    csrf,
    form_id: newId(),
    path: request.url.split('?')[0] ?? '/',
    now: request.ctx.now(),
    origin: isPublic(request) ? publicOrigin(request, site, origin) : originFor(request, origin),
    assets,
    rules: accentRules(site.accent),
    sample,
    exported,
  })
}

function isPublic({ routeOptions }: FastifyRequest) {
  const { policy } = routeOptions.config
  return policy?.who === 'anyone' || policy?.who === 'anyone-or-token'
}

/** The rules of the page's accent, for those who ask for its style; none while the store cannot be read. */
export async function rulesFor(request: FastifyRequest): Promise<string> {
  try {
    return accentRules((await readSite(request.ctx)).accent)
  } catch {
    return ''
  }
}

/** What the operators' frame shows beside its words: open incidents, what waits in the inbox, whether calls are paused. */
async function counts({ ctx }: FastifyRequest) {
  const { open_incidents } = await ctx.db
    .selectFrom('incidents')
    .select((row) => row.fn.countAll<number>().as('open_incidents'))
    .where('resolved_at', 'is', null)
    .where('deleted_at', 'is', null)
    .where('merged_into_incident_id', 'is', null)
    .executeTakeFirstOrThrow()
  const { promises_due } = await ctx.db
    .selectFrom('incidents')
    .select((row) => row.fn.countAll<number>().as('promises_due'))
    .where('resolved_at', 'is', null)
    .where('deleted_at', 'is', null)
    .where('next_update_at', '<=', nowText(ctx))
    .executeTakeFirstOrThrow()
  const { inbox_count } = await ctx.db
    .selectFrom('release_events')
    .select((row) => row.fn.countAll<number>().as('inbox_count'))
    .where('component_id', 'is', null)
    .where('dismissed_at', 'is', null)
    .where('type', '!=', 'artifact.available')
    .executeTakeFirstOrThrow()
  return {
    open_incidents: Number(open_incidents),
    promises_due: Number(promises_due),
    inbox_count: Number(inbox_count),
    calls_pause: await pauseOf(ctx),
  }
}
