import { ZodError } from 'zod'
import type { Context } from '../platform/context.ts'
import { inTransaction } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { declareIncident } from './actions.ts'
import type { NewIncident } from './model.ts'
import { noted } from './noted.ts'
import { wholeIncident } from './whole.ts'

class Rehearsed extends Error {}

/**
 * What customers would see: the incident is declared for real, read as they would read it, and taken back with its
 * transaction, so that the preview cannot differ from the page. Null while what was typed cannot be published yet.
 */
export async function previewOf(ctx: Context, draft: () => NewIncident) {
  let card = null
  try {
    await inTransaction(ctx, async (ctx) => {
      const given = draft()
      const body = given.body || 'What you tell customers stands here.'
      const title = given.title || 'What customers notice'
      const incident = await declareIncident(ctx, { ...given, title, body })
      card = noted(await wholeIncident(ctx, incident))
      throw new Rehearsed()
    })
  } catch (error) {
    const unfinished = error instanceof Refusal || error instanceof ZodError
    if (!(error instanceof Rehearsed) && !unfinished) throw error
  }
  return card
}
