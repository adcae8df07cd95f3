import { saveDraft } from '../src/incidents/drafts.ts'
import { addNote } from '../src/incidents/notes.ts'
import { updatesOf } from '../src/incidents/store.ts'
import { createTemplate } from '../src/incidents/templates.ts'
import { editUpdate, postUpdate } from '../src/incidents/updates.ts'
import { planMaintenance } from '../src/maintenance/actions.ts'
import type { Context } from '../src/platform/context.ts'
import { savePostmortem } from '../src/postmortems/actions.ts'
import { addItem } from '../src/postmortems/items.ts'

const many = 30

/** A desk as it lies after a long night: drafts, templates, notes, updates and edits of one incident, by the verbs. */
export async function layTheDesk(ctx: Context, incident_id: string) {
  for (let index = 0; index < many; index += 1) {
    const body = `We look, for the ${index}th time. {{component}} {{time}}`
    await createTemplate(ctx, { name: `Trouble ${index}`, used_for: index % 2 ? 'incident' : 'update', body })
    const writer = { kind: 'token' as const, id: `writer${index}`, name: `Writer ${index}` }
    await saveDraft(
      { ...ctx, actor: writer },
      { incident_id: index % 2 ? incident_id : null, fields: { body } },
    )
    await addNote(ctx, incident_id, { body: `Asked the ${index}th person.` })
    await postUpdate(ctx, incident_id, { body: `Still looking, said ${index}.` })
  }
  for (const { id, body } of await updatesOf(ctx, [incident_id])) {
    await editUpdate(ctx, incident_id, id, { body: `${body} Nothing is lost.` })
  }
  await savePostmortem(ctx, incident_id, { body: '## What happened\n\nIt broke.' })
  await addItem(ctx, incident_id, { words: 'Mend it' })
  await planSome(ctx)
}

async function planSome(ctx: Context) {
  const at = (hours: number) => new Date(ctx.now().getTime() + hours * 3_600_000).toISOString()
  for (let index = 1; index <= many; index += 1) {
    const span = { starts_at: at(index * 24), ends_at: at(index * 24 + 2) }
    await planMaintenance(ctx, { title: `Work ${index}`, body: 'Slow.', ...span, components: [] })
  }
}

/** The addresses of what lies there. */
export async function deskAddresses({ db }: Context, incident_id: string): Promise<string[]> {
  const page = `/admin/incidents/${incident_id}`
  const first = async (table: 'incident_templates' | 'maintenances' | 'users') =>
    (await db.selectFrom(table).select('id').limit(1).executeTakeFirstOrThrow()).id
  const of = async (table: 'incident_updates' | 'incident_notes') => {
    const rows = db.selectFrom(table).select('id').where('incident_id', '=', incident_id)
    return (await rows.executeTakeFirstOrThrow()).id
  }
  const work = `/admin/maintenance/${await first('maintenances')}`
  return [
    ...['edit', 'presence', 'impacts', 'merger', 'postmortem'].map((path) => `${page}/${path}`),
    `${page}/updates/${await of('incident_updates')}`,
    `${page}/notes/${await of('incident_notes')}`,
    '/admin/templates',
    '/admin/templates/new',
    `/admin/templates/${await first('incident_templates')}`,
    '/admin/action-items',
    '/admin/maintenance',
    '/admin/maintenance/new',
    work,
    `${work}/edit`,
    '/admin/people',
    `/admin/people/${await first('users')}`,
    '/admin/account/second-step',
    '/admin/keys',
    '/admin/freezes/new',
    '/admin/components/new',
    '/admin/sources/new',
    '/admin/sent/none',
  ]
}
