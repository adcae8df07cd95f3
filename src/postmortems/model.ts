import { z } from 'zod'
import { moment } from '../incidents/model.ts'

const body = z
  .string()
  .trim()
  .min(1, 'Write what happened.')
  .max(20_000, 'Keep the text under 20,000 characters.')
const how_noticed = z.string().trim().max(500, 'Keep it under 500 characters.').nullish()
const version = z.coerce.number().int().optional()

/** What is not given stays as it was; the text is always whole. */
export const PostmortemText = z.object({
  body,
  how_noticed,
  noticed_at: moment.nullish(),
  version,
})
export type PostmortemText = z.input<typeof PostmortemText>

const words = z
  .string()
  .trim()
  .min(1, 'Say what is to be done.')
  .max(500, 'Keep it under 500 characters.')
  .transform((text) => text.replace(/\s+/g, ' '))
const owner = z
  .string()
  .trim()
  .max(200, 'Keep the name under 200 characters.')
  .nullish()
  .transform((name) => (name ? name.replace(/\s+/g, ' ') : name))
const due_on = z
  .union([z.literal(''), z.iso.date('Write the day as 2026-12-01.')])
  .nullish()
  .refine((day) => !day || (day >= '1990-01-01' && day < '2200-01-01'), {
    error: 'Give a day between 1990 and 2200.',
  })

export const NewActionItem = z.object({ words, owner, due_on })
export type NewActionItem = z.input<typeof NewActionItem>

export const ActionItemChange = z.object({ words: words.optional(), owner, due_on, version })
export type ActionItemChange = z.input<typeof ActionItemChange>

export const itemFilters = ['open', 'done', 'all'] as const
