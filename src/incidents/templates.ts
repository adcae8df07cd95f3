import { z } from 'zod'
import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { Refusal } from '../platform/refusal.ts'
import { fault, incidentStates } from './model.ts'
import { asSlots, slotWords, unknownSlots } from './slots.ts'
import {
  insertTemplate,
  type Template,
  templateById,
  templateNamed,
  writeTemplate,
} from './templates-store.ts'

export const uses = ['incident', 'update'] as const

const shape = {
  name: z.string().trim().min(1, 'Give the template a name.').max(80, 'Keep the name under 80 characters.'),
  used_for: z.enum(uses, { error: 'Say whether it is for incidents or for updates.' }),
  title: z.string().trim().max(200, 'Keep the title under 200 characters.').nullish(),
  state: z.union([z.enum(incidentStates), z.literal('').transform(() => null)]).nullish(),
  body: z
    .string()
    .trim()
    .min(1, 'Write the text that it begins with.')
    .max(20_000, 'Keep the text under 20,000 characters.'),
}
export const NewTemplate = z.object(shape)
export type NewTemplate = z.input<typeof NewTemplate>

export const TemplateChange = z
  .object(shape)
  .partial()
  .extend({ version: z.coerce.number().int().optional() })
export type TemplateChange = z.input<typeof TemplateChange>

/** Keeps a text to begin with, for incidents or for updates. */
export function createTemplate(ctx: Context, input: NewTemplate): Promise<Template> {
  const given = NewTemplate.parse(input)
  return inTransaction(ctx, async (ctx) => {
    const at = nowText(ctx)
    const stamps = { deleted_at: null, version: 1, created_at: at, updated_at: at }
    const template = { id: newId(), ...(await checked(ctx, null, given)), ...stamps }
    await insertTemplate(ctx, template)
    const detail = { name: template.name }
    await record(ctx, { action: 'template.created', subject: ['template', template.id], detail })
    return templateById(ctx, template.id)
  })
}

/** Changes a template; what is not given stays. */
export function editTemplate(ctx: Context, id: string, input: TemplateChange): Promise<Template> {
  const { version, ...given } = TemplateChange.parse(input)
  return inTransaction(ctx, async (ctx) => {
    const template = await templateById(ctx, id)
    if (template.deleted_at) throw new Refusal('gone', 'This template was deleted. Bring it back first.')
    if (version !== undefined && version !== template.version) throw overtaken(template)
    const change = await checked(ctx, template, { ...template, ...given })
    if (!(await writeTemplate(ctx, template, { ...change, updated_at: nowText(ctx) }))) {
      throw overtaken(await templateById(ctx, id))
    }
    const detail = { name: change.name }
    await record(ctx, { action: 'template.edited', subject: ['template', id], detail })
    return templateById(ctx, id)
  })
}

type Texts = Pick<Template, 'name' | 'used_for' | 'body'> & {
  title?: string | null | undefined
  state?: string | null | undefined
}

/** An update has no title of its own; and a slot that nobody knows would reach customers with its braces. */
async function checked(ctx: Context, known: Template | null, { name, used_for, body, ...given }: Texts) {
  const title = used_for === 'incident' ? given.title || null : null
  for (const [field, text] of Object.entries({ title: title ?? '', body })) {
    const unknown = unknownSlots(text)
    if (unknown.length > 0) {
      const all = asSlots(Object.keys(slotWords))
      throw fault(field, `Nothing is known to fill in for ${asSlots(unknown)}. There are ${all}.`)
    }
  }
  const namesake = await templateNamed(ctx, used_for, name)
  if (namesake && namesake.id !== known?.id) throw fault('name', `There is a template “${name}” already.`)
  return { name, used_for, title, state: given.state ?? null, body }
}

/** Takes a template from the lists; it can be brought back. */
export function deleteTemplate(ctx: Context, id: string): Promise<Template> {
  return setDeleted(ctx, id, nowText(ctx))
}

/** Brings a deleted template back. */
export function restoreTemplate(ctx: Context, id: string): Promise<Template> {
  return setDeleted(ctx, id, null)
}

function setDeleted(ctx: Context, id: string, deleted_at: string | null): Promise<Template> {
  return inTransaction(ctx, async (ctx) => {
    const template = await templateById(ctx, id)
    if ((template.deleted_at === null) === (deleted_at === null)) return template
    if (deleted_at === null) await checked(ctx, template, template)
    const change = { deleted_at, updated_at: nowText(ctx) }
    if (!(await writeTemplate(ctx, template, change))) throw overtaken(await templateById(ctx, id))
    const action = deleted_at === null ? 'template.restored' : 'template.deleted'
    await record(ctx, { action, subject: ['template', id], detail: { name: template.name } })
    return templateById(ctx, id)
  })
}

function overtaken(current: Template) {
  const words = 'Somebody else changed this template meanwhile. Nothing of yours was saved yet.'
  return new Refusal('stale', words, { current })
}
