import type { App } from '../platform/http.ts'
import { readinessRoutes } from './readiness-api.ts'
import { targetRoute } from './target-api.ts'

/** The way back by API: whether there is one, how well it is prepared, and what is never to be gone back to. */
export async function routes(app: App) {
  targetRoute(app)
  readinessRoutes(app)
}
