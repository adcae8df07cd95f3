import type { Context } from '../platform/context.ts'

/** Who acts, as one word: whose a draft is, and who may take something back. */
export function ownerOf({ actor }: Pick<Context, 'actor'>): string {
  return `${actor.kind}:${actor.id ?? ''}`
}
