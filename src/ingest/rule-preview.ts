import type { ExpressionBuilder } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { Tables } from '../platform/tables.ts'
import { ruleAsSaid } from '../sources/actions.ts'
import { environmentName } from '../sources/environment-name.ts'
import type { EventFacts } from '../sources/events.ts'
import type { NewRule } from '../sources/rules.ts'
import { canMeet, everywhere, inOrder, isAbout, ruleFor, type Said } from '../sources/rules.ts'
import { type Rule, type RuleRow, rulesOf } from '../sources/rules-store.ts'

/** How far back is looked for what already went somewhere (days), and how many events are shown of each sort. */
const [days, shown] = [90, 20]
/** So many of the newest events are looked through for those to show. */
const lookedThrough = 500

export type RulePreview = Awaited<ReturnType<typeof previewRule>>

/**
 * What a rule would do, were it added now: which events that wait it would replay, which already went elsewhere (they
 * stay there), and which other rules are about the same things and say otherwise. Writes nothing.
 */
export async function previewRule(ctx: Context, source_id: string, said: NewRule) {
  const { row, component } = await ruleAsSaid(ctx, source_id, said)
  const rules = await rulesOf(ctx, source_id)
  const others = rules.filter((rule) => !isAboutTheSame(rule, row))
  const since = new Date(ctx.now().getTime() - days * 24 * 3_600_000).toISOString()
  const groups = (await saidBefore(ctx, row, since)).filter(
    (group) => isAbout(row, group) && ruleFor<RuleRow>([...others, row], group) === row,
  )
  const waiting = groups.filter(({ component_id }) => component_id === null)
  const placed = groups.filter(({ component_id }) => component_id !== null)
  const elsewhere = placed.filter((group) => !isThereAlready(group, row))
  const { service, match, environment, becomes_environment } = row
  return {
    rule: { service, match, environment, component_id: row.component_id, component, becomes_environment },
    since,
    waiting: { count: sum(waiting), newest: await newest(ctx, row, waiting, null) },
    elsewhere: { count: sum(elsewhere), newest: await newest(ctx, row, elsewhere, since) },
    there_already: sum(placed) - sum(elsewhere),
    replaces: rules.find((rule) => isAboutTheSame(rule, row)) ?? null,
    conflicts: others
      .filter((rule) => canMeet(rule, row) && saysOtherwise(rule, row))
      .map((rule) => ({ ...rule, comes_first: inOrder(rule, row) < 0 })),
    new_environment: await unheardOf(ctx, becomes_environment),
  }
}

type Group = Said & { component_id: string | null; in_environment: string | null; events: number }

/** What the source said before, each thing once with where it went; of what went somewhere only the newer. */
async function saidBefore({ db }: Context, row: RuleRow, since: string): Promise<Group[]> {
  const services = await db
    .selectFrom('release_events')
    .select('service')
    .distinct()
    .where('source_id', '=', row.source_id)
    .execute()
  const about = services
    .map(({ service }) => service)
    .filter((service) => isAbout({ ...row, environment: everywhere }, { service, environment: '' }))
  if (about.length === 0) return []
  const rows = await ofReleases({ db }, row.source_id)
    .where('release_events.service', 'in', about)
    .where((where) =>
      where.or([
        where('release_events.component_id', 'is', null),
        where('release_events.received_at', '>=', since),
      ]),
    )
    .groupBy(['release_events.service', 'release_events.environment'])
    .groupBy(['release_events.component_id', 'environments.name'])
    .select(['release_events.service', 'release_events.environment', 'release_events.component_id'])
    .select((of) => ['environments.name as in_environment', of.fn.countAll<number>().as('events')])
    .execute()
  return rows.map((group) => ({ ...group, events: Number(group.events) }))
}

/** Events that make releases: an artifact alone makes none, and what was dismissed is dealt with. */
function ofReleases({ db }: Pick<Context, 'db'>, source_id: string) {
  return db
    .selectFrom('release_events')
    .leftJoin('environments', 'environments.id', 'release_events.environment_id')
    .where('release_events.source_id', '=', source_id)
    .where('release_events.dismissed_at', 'is', null)
    .where('release_events.type', '!=', 'artifact.available')
}

async function newest(ctx: Context, row: RuleRow, groups: Group[], since: string | null) {
  if (groups.length === 0) return []
  const wanted = new Set(groups.map(keyOf))
  const one = (column: keyof Said) => [...new Set(groups.map((group) => group[column]))]
  const rows = await ofReleases(ctx, row.source_id)
    .leftJoin('components', 'components.id', 'release_events.component_id')
    .where('release_events.service', 'in', one('service'))
    .where('release_events.environment', 'in', one('environment'))
    .where((where) => (since === null ? waits(where) : where('release_events.received_at', '>=', since)))
    .select(['release_events.id', 'release_events.delivery_id', 'release_events.received_at'])
    .select(['release_events.type', 'release_events.service', 'release_events.environment'])
    .select(['release_events.facts', 'release_events.component_id', 'release_events.release_id'])
    .select(['components.name as component', 'environments.name as in_environment'])
    .orderBy('release_events.id', 'desc')
    .limit(lookedThrough)
    .execute()
  return rows
    .filter((event) => wanted.has(keyOf(event)))
    .slice(0, shown)
    .map(({ facts, component_id, ...event }) => ({
      ...event,
      version: (JSON.parse(facts) as EventFacts).version ?? null,
      would_be_in: environmentOf(event, row),
    }))
}

type Where = ExpressionBuilder<Pick<Tables, 'release_events'>, 'release_events'>

function waits(where: Where) {
  return where('release_events.component_id', 'is', null)
}

function keyOf({ service, environment, component_id, in_environment }: Omit<Group, 'events'>) {
  return JSON.stringify([service, environment, component_id, in_environment])
}

function environmentOf({ environment }: Pick<Said, 'environment'>, row: RuleRow) {
  return row.becomes_environment ?? environmentName(environment)
}

function isThereAlready(group: Group, row: RuleRow) {
  return group.component_id === row.component_id && group.in_environment === environmentOf(group, row)
}

function isAboutTheSame(rule: Rule, { service, match, environment }: RuleRow) {
  return rule.service === service && rule.match === match && rule.environment === environment
}

function saysOtherwise(rule: Rule, { component_id, becomes_environment }: RuleRow) {
  return rule.component_id !== component_id || rule.becomes_environment !== becomes_environment
}

/** An environment that nothing was ever released in: it may be a slip of the pen. */
async function unheardOf({ db }: Context, name: string | null): Promise<string | null> {
  if (name === null) return null
  const known = await db.selectFrom('environments').select('id').where('name', '=', name).executeTakeFirst()
  return known ? null : name
}

function sum(groups: Group[]) {
  return groups.reduce((total, { events }) => total + events, 0)
}
