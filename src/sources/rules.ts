import { z } from 'zod'
import { environmentName } from './environment-name.ts'
import { fits, type Glob, globOf, isPattern, lettersNamed, nameOf, overlap } from './globs.ts'

/** What a rule is about: a service by its exact name or by a pattern, in the environments of a name or a pattern. */
export type Scope = { service: string; match: string; environment: string }
/** What a tool says: how it calls the thing that it releases, and where that goes live. */
export type Said = { service: string; environment: string }

/** The environment of a rule that is about all of them. */
export const everywhere = '*'

const place = z.string().trim().max(255, 'An environment has at most 255 characters.').nullish()

/**
 * `component` is an id or a slug. A service with `*` or `?` in it is a pattern, unless it is said to be exact. Without
 * an environment the rule is about all of them; without one that it becomes it stays as the tool says.
 */
export const NewRule = z
  .object({
    service: z
      .string()
      .trim()
      .min(1, 'Say what the tool calls it.')
      .max(200, 'At most 200 characters.')
      .describe('Its name, or a pattern: `*` is any letters or none, `?` is one.'),
    match: z
      .enum(['exact', 'pattern'])
      .optional()
      .describe('Where it is left out, `*` or `?` make a pattern.'),
    environment: place
      .describe('In which environments, by name or pattern; in all where it is left out.')
      .transform((said) => environmentName(said || everywhere)),
    component: z.string().trim().min(1, 'Choose a component.').max(100).describe('Its id or slug.'),
    becomes_environment: place
      .describe('Left out: it stays the one that the tool says.')
      .transform((said) => (said ? environmentName(said) : null)),
  })
  .transform((rule) => ({ ...rule, match: rule.match ?? (isPattern(rule.service) ? 'pattern' : 'exact') }))
export type NewRule = z.input<typeof NewRule>

/** Whether a rule is about what a tool said. The environment may be said in any spelling that Shiplog knows it by. */
export function isAbout(rule: Scope, { service, environment }: Said): boolean {
  if (!fits(serviceGlob(rule), service)) return false
  if (rule.environment === everywhere) return true
  const place = globOf(rule.environment)
  return fits(place, environment) || fits(place, environmentName(environment))
}

/**
 * The rule that counts for what a tool said: of those about it the first one, and before all others one that is
 * written letter for letter so. Null when none is about it.
 */
export function ruleFor<T extends Scope & { id: string }>(rules: readonly T[], said: Said): T | null {
  const about = rules.filter((rule) => isAbout(rule, said)).sort(inOrder)
  return about.find(({ match, service }) => match === 'exact' && service === said.service) ?? about[0] ?? null
}

/**
 * The order of precedence: exact before pattern, then the one with more letters; then the same by the environment. What
 * is still alike stands in the order of the alphabet, so that the order is one on every store and every day.
 */
export function inOrder(a: Scope & { id: string }, b: Scope & { id: string }): number {
  const [mine, others] = [weightOf(a), weightOf(b)]
  for (const [place, weight] of mine.entries()) {
    if (weight !== others[place]) return (others[place] ?? 0) - weight
  }
  for (const [one, other] of [
    [a.service, b.service],
    [a.environment, b.environment],
    [a.id, b.id],
  ]) {
    if (one !== other) return (one ?? '') < (other ?? '') ? -1 : 1
  }
  return 0
}

/** Whether a tool can say something that both rules are about. */
export function canMeet(a: Scope, b: Scope): boolean {
  return overlap(serviceGlob(a), serviceGlob(b)) && overlap(globOf(a.environment), globOf(b.environment))
}

/** The heavier comes first. Exact names of different lengths never meet: among them the alphabet decides. */
function weightOf(rule: Scope): number[] {
  const exact = rule.match === 'exact'
  return [
    exact ? 1 : 0,
    exact ? 0 : lettersNamed(serviceGlob(rule)),
    isPattern(rule.environment) ? 0 : 1,
    lettersNamed(globOf(rule.environment)),
  ]
}

function serviceGlob({ service, match }: Scope): Glob {
  return match === 'exact' ? nameOf(service) : globOf(service)
}
