import { type Context, nowText } from '../platform/context.ts'
import { clock } from '../platform/zone.ts'
import { readSite } from '../site/store.ts'
import { fault } from './model.ts'
import { asSlots, filledIn, openSlots, type SlotValues } from './slots.ts'
import { listTemplates, type Template, templateById } from './templates-store.ts'
import type { Typed } from './typed.ts'

/** What the page itself knows for every template. */
export async function slotsOfNow(ctx: Context): Promise<SlotValues> {
  const { name, time_zone } = await readSite(ctx)
  return { page: name, time: clock(nowText(ctx), time_zone) }
}

/**
 * A form with a template in it. Nothing that was typed is lost: a title stays, a text stands above the template's,
 * and a state that somebody chose (other than `state`, which the form began with) stays.
 */
export async function typedWith(ctx: Context, typed: Typed, given: { state: string; values: SlotValues }) {
  const template = await templateById(ctx, typed.template ?? '')
  const values = { ...(await slotsOfNow(ctx)), ...given.values }
  const { title = '', body = '', state = given.state } = typed
  const text = filledIn(template.body, { ...values, title: values.title || title })
  const isThere = body.replaceAll('\r\n', '\n').includes(text)
  return {
    ...typed,
    title: title.trim() || filledIn(template.title ?? '', values),
    body: isThere ? body : [body.trim(), text].filter(Boolean).join('\n\n'),
    ...(template.state && state === given.state ? { state: template.state } : {}),
  }
}

/** A template with its slots filled in, and the slots for which nothing is known yet. */
export function filledTemplate(template: Template, values: SlotValues) {
  const [title, body] = [filledIn(template.title ?? '', values), filledIn(template.body, values)]
  const { name, used_for, state } = template
  return { name, used_for, title: title || null, state, body, unfilled: openSlots(`${title} ${body}`) }
}

/** What a form offers to begin with: the templates of its use, and which slots of one are still open. */
export async function fillOf(ctx: Context, used_for: 'incident' | 'update', typed: Typed) {
  const templates = await listTemplates(ctx, used_for)
  const open = openSlots(`${typed.title ?? ''} ${typed.body ?? ''}`)
  return {
    templates: templates.map(({ id, name }) => ({ id, name, chosen: id === typed.template })),
    open: open.length > 0 ? asSlots(open) : null,
  }
}

/** Customers never read braces: a form whose slots stand open is not published. */
export function refuseOpenSlots(typed: Typed) {
  for (const field of ['title', 'body', 'closing_body']) {
    const open = openSlots(typed[field] ?? '')
    if (open.length > 0) throw fault(field, `Fill in ${asSlots(open)} first, or take it out.`)
  }
}
