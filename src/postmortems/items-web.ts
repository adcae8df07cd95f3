import { may, operator } from '../accounts/guard.ts'
import { placeOf } from '../incidents/declaring.ts'
import { incidentById } from '../incidents/store.ts'
import { typedFields } from '../incidents/typed.ts'
import { attempt } from '../platform/attempt.ts'
import { type App, listQuery, pageOf } from '../platform/http.ts'
import { addItem, editItem, finishItem, removeItem, reopenItem, restoreItem } from './items.ts'
import { shownItem } from './json.ts'
import { type ActionItem, itemById, listItems } from './store.ts'
import type { ShowPostmortem } from './web.ts'

type One = { Params: { id: string } }
const list = '/admin/action-items'
const editor = { config: { policy: operator('editor') } }

/** What is to be done after incidents: the list of all that is open, and the forms on the page of each postmortem. */
export function itemForms(app: App, show: ShowPostmortem) {
  listRoute(app)
  typedRoutes(app, show)
  const verbs = { done: finishItem, reopening: reopenItem, removal: removeItem, restoration: restoreItem }
  const words = {
    done: 'Done.',
    reopening: 'Open again.',
    removal: 'Removed. It can be brought back below the list of its incident.',
    restoration: 'It is back.',
  }
  for (const verb of Object.keys(verbs) as (keyof typeof verbs)[]) {
    app.post<One>(`${list}/:id/${verb}`, editor, async (request, reply) => {
      const item = await verbs[verb](request.ctx, request.params.id)
      reply.flash(words[verb])
      const fromList = typedFields(request.body ?? {}).back === 'list'
      return reply.redirect(fromList ? list : pageOfItem(item), 303)
    })
  }
}

function pageOfItem({ incident_id }: ActionItem) {
  return `/admin/incidents/${incident_id}/postmortem#items`
}

function listRoute(app: App) {
  const querystring = listQuery.pick({ cursor: true })
  const config = { policy: operator('viewer') }
  app.get(list, { config, schema: { querystring } }, async (request, reply) => {
    const { ctx, query } = request
    const { time_zone } = await placeOf(ctx)
    const found = await listItems(ctx, { show: 'open', limit: 50, cursor: query.cursor })
    const { data, next_cursor } = pageOf(found, 50)
    return reply.view('/postmortems/items', {
      title: 'Action items',
      items: data.map((item) => shownItem(ctx, item, time_zone)),
      may_edit: may(request, 'editor'),
      newer: query.cursor ? list : null,
      older: next_cursor ? `${list}?cursor=${next_cursor}` : null,
    })
  })
}

function typedRoutes(app: App, show: ShowPostmortem) {
  app.post<One>('/admin/incidents/:id/action-items', editor, async (request, reply) => {
    const { ctx } = request
    const incident = await incidentById(ctx, request.params.id)
    const typed = typedFields(request.body)
    const { words = '', owner, due_on } = typed
    const made = await attempt(() => addItem(ctx, incident.id, { words, owner, due_on }))
    if (!made.ok) {
      const item = { id: null, typed, errors: made.errors, current: null }
      return show(request, reply.code(made.status), incident, { item })
    }
    reply.flash('Added.')
    return reply.redirect(pageOfItem(made.data), 303)
  })

  app.post<One>(`${list}/:id`, editor, async (request, reply) => {
    const { ctx } = request
    const known = await itemById(ctx, request.params.id)
    const typed = typedFields(request.body)
    const { words = '', owner, due_on, version } = typed
    const made = await attempt(() => editItem(ctx, known.id, { words, owner, due_on, version }))
    if (!made.ok) {
      const incident = await incidentById(ctx, known.incident_id)
      const current = made.current as ActionItem | null
      const item = { id: known.id, typed, errors: made.errors, current }
      return show(request, reply.code(made.status), incident, { item })
    }
    reply.flash('Saved.')
    return reply.redirect(pageOfItem(made.data), 303)
  })
}
