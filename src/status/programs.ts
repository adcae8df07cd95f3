import type { App } from '../platform/http.ts'
import * as badges from './badges/web.ts'
import * as embed from './embed/web.ts'
import * as feeds from './feeds/web.ts'
import * as statuspage from './statuspage/web.ts'
import * as wellKnown from './well-known/web.ts'

/** Everything that programs read of the public page. `origin` is the one that is set, if any. */
export async function routes(app: App, given: { origin: string | null }) {
  await statuspage.routes(app, given)
  await feeds.routes(app, given)
  await badges.routes(app)
  await embed.routes(app)
  await wellKnown.routes(app, given)
}
