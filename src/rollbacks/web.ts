import type { App } from '../platform/http.ts'
import { planForm } from './plan-web.ts'
import { readinessForm } from './readiness-web.ts'
import { releaseRoutes } from './release-web.ts'

/** The operators' pages for the way back. */
export async function routes(app: App) {
  releaseRoutes(app)
  readinessForm(app)
  planForm(app)
}
