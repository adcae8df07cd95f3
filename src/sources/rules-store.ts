import type { Insertable } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { Tables } from '../platform/tables.ts'
import { slugsOf } from './model.ts'
import { inOrder, ruleFor, type Said } from './rules.ts'

export type RuleRow = Tables['source_rules']
export type Rule = RuleRow & { component_name: string; component_slug: string }
/** Where what a tool says belongs; `environment` is null where it stays the one that the tool says. */
export type Place = { component_id: string; environment: string | null }

/** What patterns are found by; an exact rule is found by its service in small letters. */
const patterns = '*'

/** What a rule is found by when an event comes: the one column that is asked for. */
export function foundBy({ match, service }: Pick<RuleRow, 'match' | 'service'>): string {
  return match === 'exact' ? service.toLowerCase() : patterns
}

/** In the order of precedence: of those about the same thing the first counts. */
export async function rulesOf({ db }: Context, source_id: string): Promise<Rule[]> {
  const rows = await db
    .selectFrom('source_rules')
    .innerJoin('components', 'components.id', 'source_rules.component_id')
    .selectAll('source_rules')
    .select(['components.name as component_name', 'components.slug as component_slug'])
    .where('source_id', '=', source_id)
    .execute()
  return rows.sort(inOrder)
}

/**
 * Finds the component and environment of what one source says: by rule, else by slug; null when nobody knows yet. It
 * remembers what it found, so it lives no longer than a transaction.
 */
export function placesOf(ctx: Context, source_id: string): (said: Said) => Promise<Place | null> {
  const known = new Map<string, Place | null>()
  return async ({ service, environment }) => {
    const key = JSON.stringify([service, environment])
    const found = known.has(key) ? known.get(key) : await placeFor(ctx, source_id, { service, environment })
    known.set(key, found ?? null)
    return found ?? null
  }
}

async function placeFor(ctx: Context, source_id: string, said: Said): Promise<Place | null> {
  const { db } = ctx
  const rules = await db
    .selectFrom('source_rules')
    .selectAll()
    .where('source_id', '=', source_id)
    .where('found_by', 'in', [patterns, said.service.toLowerCase()])
    .execute()
  const rule = ruleFor(rules, said)
  if (rule) return { component_id: rule.component_id, environment: rule.becomes_environment }
  const slugs = slugsOf(said.service)
  const alike = await db
    .selectFrom('components')
    .select(['id', 'slug'])
    .where('slug', 'in', slugs)
    .where('archived_at', 'is', null)
    .execute()
  const component_id = slugs.map((slug) => alike.find((one) => one.slug === slug)?.id).find(Boolean)
  return component_id ? { component_id, environment: null } : null
}

/** Adds a rule, or points the one that is about the same at another place. Answers the rule as it is kept. */
export function putRule({ db }: Context, row: Insertable<RuleRow>): Promise<RuleRow> {
  const { component_id, becomes_environment } = row
  return db
    .insertInto('source_rules')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['source_id', 'service', 'match', 'environment'])
        .doUpdateSet({ component_id, becomes_environment }),
    )
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function countPatterns({ db }: Context, source_id: string): Promise<number> {
  const { patterns } = await db
    .selectFrom('source_rules')
    .select(({ fn }) => fn.countAll<number>().as('patterns'))
    .where('source_id', '=', source_id)
    .where('match', '=', 'pattern')
    .executeTakeFirstOrThrow()
  return Number(patterns)
}

export function deleteRule({ db }: Context, source_id: string, id: string) {
  return db
    .deleteFrom('source_rules')
    .where('id', '=', id)
    .where('source_id', '=', source_id)
    .returning('service')
    .executeTakeFirst()
}
