import { z } from 'zod'
import { operator } from '../accounts/guard.ts'
import type { App } from '../platform/http.ts'
import { Refusal } from '../platform/refusal.ts'
import { overviewChoices, overviewPage } from './overview-page.ts'

const word = z.string().max(200).optional()
const query = z.object({ component: word, environment: word, quarter: word })
const viewer = { config: { policy: operator('viewer') } }

/** The operators' twin of `/rollbacks`: every component and environment, who asked, and what was never walked. */
export function overviewRoutes(app: App) {
  app.get('/admin/rollbacks', { ...viewer, schema: { querystring: query } }, async (request, reply) => {
    const { ctx, query } = request
    const shown = { title: 'Rollbacks', filter: query, ...(await overviewChoices(ctx)) }
    try {
      return await reply.view('/rollbacks/index', {
        ...shown,
        ...(await overviewPage(ctx, query)),
        refused: '',
      })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      // what was asked for is not there: the filters stay, so that it can be asked for anew
      const nothing = { sections: [], never: '', walked: [], rows: [], more: '' }
      reply.code(error.code === 'invalid' ? 422 : 404)
      return reply.view('/rollbacks/index', { ...shown, ...nothing, refused: error.message })
    }
  })
}
