import type { App } from '../platform/http.ts'
import { overviewApiRoutes } from './overview-api.ts'
import { readinessRoutes } from './readiness-api.ts'
import { receiverRoutes } from './receiver-api.ts'
import { requestRoutes } from './request-api.ts'
import { targetRoute } from './target-api.ts'

/**
 * The way back by API: whether there is one, how well it is prepared, what is never to be gone back to, and asking for
 * it.
 */
export async function routes(app: App, settings: { origin: string | null }) {
  targetRoute(app)
  readinessRoutes(app)
  requestRoutes(app, settings)
  receiverRoutes(app)
  overviewApiRoutes(app)
}
