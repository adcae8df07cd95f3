import { z } from 'zod'
import { may, operator } from '../accounts/guard.ts'
import { componentById } from '../components/store.ts'
import { attemptForm } from '../platform/attempt.ts'
import { type App, listQuery, pageOf } from '../platform/http.ts'
import { foldLater } from '../platform/series.ts'
import { undoFor } from './freeze-undo.ts'
import { formRoutes } from './freezes-web.ts'
import { frozenNow, listed } from './frozen.ts'
import { gateRules, type RuleLevel, type RuleLevels, RulesChange, ruleLevels, ruleWords } from './model.ts'
import { setRules } from './rules.ts'
import { listFreezes, rulesOf } from './store.ts'

type One = { Params: { id: string } }
const list = '/admin/freezes'
const viewer = { config: { policy: operator('viewer') } }
const editor = { config: { policy: operator('editor') } }
const most = 100

/** The operators' pages for freezes, and for what may stop a component's releases. */
export async function routes(app: App) {
  quietLine(app)
  listRoute(app)
  formRoutes(app)
  ruleRoutes(app)
}

/** Pages of releases say in one line what is frozen now: their slice stands below this one and knows none of it. */
function quietLine(app: App) {
  const pages = ['/admin/releases', '/admin/releases/new']
  app.addHook('preHandler', async (request, reply) => {
    if (!request.viewer || !pages.includes(request.routeOptions.url ?? '')) return
    reply.locals = { ...reply.locals, frozen: await frozenNow(request.ctx) }
  })
}

const query = listQuery.pick({ cursor: true })

function listRoute(app: App) {
  app.get(list, { ...viewer, schema: { querystring: query } }, async (request, reply) => {
    const { ctx, query } = request
    const shown = async (show: 'now' | 'coming') =>
      query.cursor ? [] : (await listFreezes(ctx, { show, limit: most })).map(listed)
    const past = pageOf(await listFreezes(ctx, { show: 'past', limit: 20, cursor: query.cursor }), 20)
    return reply.view('/gate/freezes', {
      title: 'Freezes',
      may_edit: may(request, 'editor'),
      undo: await undoFor(ctx),
      current: await shown('now'),
      coming: foldLater(
        (await shown('coming')).reverse(),
        ({ starts_at, occurs_at }) => starts_at !== occurs_at,
      ),
      past: past.data.map(listed),
      newer: query.cursor ? list : null,
      older: past.next_cursor ? `${list}?cursor=${past.next_cursor}` : null,
    })
  })
}

const levelWords: Record<RuleLevel, string> = { on: 'Stops it', warn: 'Warns', off: 'Off' }
const form = z.object(RulesChange.shape)

function ruleRoutes(app: App) {
  const address = '/admin/components/:id/gate'
  app.get<One>(address, editor, async (request, reply) => {
    const component = await componentById(request.ctx, request.params.id)
    const levels = await rulesOf(request.ctx, component.id)
    return reply.view('/gate/rules', { ...page(component, levels), errors: {} })
  })

  app.post<One>(address, editor, async (request, reply) => {
    const component = await componentById(request.ctx, request.params.id)
    const made = await attemptForm(form, request.body, (said) => setRules(request.ctx, component.id, said))
    if (!made.ok) {
      const view = page(component, await rulesOf(request.ctx, component.id))
      return reply.code(made.status).view('/gate/rules', { ...view, errors: made.errors })
    }
    reply.flash('Saved. The next release that asks is answered by it.')
    return reply.redirect(`/admin/components/${component.id}/gate`, 303)
  })
}

function page(component: { id: string; slug: string; name: string }, levels: RuleLevels) {
  return {
    title: `What may stop ${component.name}`,
    component,
    rules: gateRules.map((name) => ({
      name,
      ...ruleWords[name],
      levels: ruleLevels.map((value) => ({
        value,
        words: levelWords[value],
        checked: levels[name] === value,
      })),
    })),
  }
}
