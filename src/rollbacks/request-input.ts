import { z } from 'zod'

const id = z.string().trim().max(100)
const empty = z.literal('').transform(() => undefined)

/** "Roll back now": the release to leave, or the component whose live one is to be left. */
export const NewRollbackRequest = z
  .object({
    release: id.or(empty).optional(),
    component: id.or(empty).optional(),
    environment: z.string().trim().min(1).max(200).default('production'),
    to: id
      .or(empty)
      .optional()
      .describe(
        'The release to go back to, as it was seen; refused when the way back is another one by now.',
      ),
    incident: id.or(empty).optional(),
    reason: z.string().trim().min(1, 'Say why, in a few words.').max(1000),
    drill: z.stringbool().or(z.boolean()).default(false),
    despite: z
      .stringbool()
      .or(z.boolean())
      .default(false)
      .describe('Goes back although there is no safe way; the reason says why that is right.'),
  })
  .refine(({ release, component }) => release || component, 'Say which release or which component.')
export type NewRollbackRequest = z.input<typeof NewRollbackRequest>
export type SaidRequest = z.output<typeof NewRollbackRequest>
