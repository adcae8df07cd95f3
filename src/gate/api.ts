import { z } from 'zod'
import { token } from '../accounts/guard.ts'
import { componentByIdOrSlug } from '../components/store.ts'
import { type App, originFor } from '../platform/http.ts'
import { GateAnswerJson, GateRefusalJson, sendAnswer } from './answering.ts'
import { freezeRoutes } from './freezes-api.ts'
import { askGate } from './gate.ts'
import { gateRules, ReleaseCheck, RulesChange, ruleLevels } from './model.ts'
import { setRules } from './rules.ts'
import { rulesOf } from './store.ts'

const params = z.object({ component: z.string().max(100).describe('A slug or an id.') })
const tags = ['gate']
const level = z.enum(ruleLevels)
const RulesJson = z.object({
  component: z.object({ id: z.string(), slug: z.string(), name: z.string() }),
  rules: z.object(Object.fromEntries(gateRules.map((rule) => [rule, level]))),
})

/** What a pipeline asks before it releases, and what is set about the answers. */
export async function routes(app: App, { origin }: { origin: string | null }) {
  checkRoute(app, origin)
  ruleRoutes(app)
  freezeRoutes(app)
}

/** Who may tell of a release may ask whether it may go out. */
function checkRoute(app: App, origin: string | null) {
  const schema = {
    tags,
    summary: 'Ask whether a release may go out now',
    description:
      '200 when it may, 409 when it may not, so that `curl --fail-with-body` stops the pipeline and prints why. With `Accept: text/plain`, plain sentences. The journal keeps question and answer.',
    body: ReleaseCheck,
    response: { 200: GateAnswerJson, 409: GateRefusalJson },
  }
  const config = { policy: token('releases:write') }
  app.post('/api/v1/releases/check', { config, schema }, async (request, reply) => {
    const answer = await askGate(request.ctx, request.body)
    return sendAnswer(request, reply, { answer, origin: originFor(request, origin) })
  })
}

function ruleRoutes(app: App) {
  const address = '/api/v1/components/:component/gate'
  const response = { 200: RulesJson }
  const read = { policy: token('components:read') }
  app.get(address, { config: read, schema: { tags, params, response } }, async ({ ctx, params }) => {
    const component = await componentByIdOrSlug(ctx, params.component)
    return { component, rules: await rulesOf(ctx, component.id) }
  })

  const write = { policy: token('components:write') }
  const change = { tags, params, body: z.object({ rules: RulesChange }), response }
  app.put(address, { config: write, schema: change }, async ({ ctx, params, body }) => {
    const component = await componentByIdOrSlug(ctx, params.component)
    return { component, rules: await setRules(ctx, component.id, body.rules) }
  })
}
