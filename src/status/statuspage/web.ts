import type { z } from 'zod'
import { allowFromAnywhere, fromAnywhere } from '../../accounts/elsewhere.ts'
import { anyone } from '../../accounts/guard.ts'
import type { Context } from '../../platform/context.ts'
import { type App, publicCache } from '../../platform/http.ts'
import { type Home, homeOf } from '../home.ts'
import {
  componentsAnswer,
  incidentsAnswer,
  maintenancesAnswer,
  statusAnswer,
  summaryAnswer,
} from './answers.ts'
import { answers } from './model.ts'

type Answer = (ctx: Context, home: Home) => Promise<object>

/** The public API v2 of Statuspage, for programs that speak to it already. `origin` is the one that is set. */
export async function routes(app: App, { origin }: { origin: string | null }) {
  const config = { policy: anyone, kept: {} }
  const serve = (name: string, response: z.ZodType, answer: Answer) => {
    const url = `/api/v2/${name}.json`
    allowFromAnywhere(app, url)
    const schema = { tags: ['statuspage'], response: { 200: response } }
    app.get(url, { config, schema }, async (request, reply) => {
      reply.headers({ ...fromAnywhere, 'cache-control': publicCache })
      return answer(request.ctx, await homeOf(request, origin))
    })
  }
  serve('summary', answers.summary, summaryAnswer)
  serve('status', answers.status, statusAnswer)
  serve('components', answers.components, componentsAnswer)
  serve('incidents', answers.incidents, (ctx, home) => incidentsAnswer(ctx, home, 'recent'))
  serve('incidents/unresolved', answers.incidents, (ctx, home) => incidentsAnswer(ctx, home, 'unresolved'))
  for (const which of ['recent', 'upcoming', 'active'] as const) {
    const name = `scheduled-maintenances${which === 'recent' ? '' : `/${which}`}`
    serve(name, answers.maintenances, (ctx, home) => maintenancesAnswer(ctx, home, which))
  }
}
