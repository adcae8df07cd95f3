import type { GuardSettings } from '../accounts/guard.ts'
import type { App } from '../platform/http.ts'
import { overviewRoutes } from './overview-web.ts'
import { planForm } from './plan-web.ts'
import { readinessForm } from './readiness-web.ts'
import { releaseRoutes } from './release-web.ts'
import { requestPages } from './request-web.ts'

/** The operators' pages for the way back. */
export async function routes(app: App, settings: GuardSettings) {
  releaseRoutes(app)
  readinessForm(app)
  planForm(app, settings)
  requestPages(app, settings)
  overviewRoutes(app)
}
