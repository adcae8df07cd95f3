import { z } from 'zod'
import { releaseKinds } from '../sources/events.ts'

/** What a release is asked before it goes out. */
export const gateRules = [
  'open_incident',
  'freeze',
  'previous_unsettled',
  'marked_bad',
  'rollback_unanswered',
] as const
export type GateRule = (typeof gateRules)[number]

/** How a component takes a rule: it stops the release, is said as a warning, or is not asked at all. */
export const ruleLevels = ['on', 'warn', 'off'] as const
export type RuleLevel = (typeof ruleLevels)[number]
export type RuleLevels = Record<GateRule, RuleLevel>

/** What a component that nobody has set anything for asks. */
export const beginnings: RuleLevels = {
  open_incident: 'on',
  freeze: 'on',
  previous_unsettled: 'warn',
  marked_bad: 'on',
  rollback_unanswered: 'warn',
}

/** A version that went live less than so many minutes ago is still baking: nobody knows yet whether it is good. */
export const bakeMinutes = 15

/** Each rule as the operators' page says it. */
export const ruleWords: Record<GateRule, { title: string; words: string }> = {
  open_incident: {
    title: 'A critical incident is open',
    words: 'One that hurts this component, until it is resolved.',
  },
  freeze: {
    title: 'A freeze is in force',
    words: 'One that names this component, or none. Who may pass it passes.',
  },
  previous_unsettled: {
    title: 'The release before has not settled',
    words: `It is still going out, is a canary or dark, or went live less than ${bakeMinutes} minutes ago.`,
  },
  marked_bad: {
    title: 'The version is marked bad',
    words: 'The same version or commit, in any environment. This stops rollbacks too.',
  },
  rollback_unanswered: {
    title: 'Nobody said how it is rolled back',
    words: 'Neither the tool, nor an operator, nor the plan of this component.',
  },
}

/** Only what is bad stays bad; nothing else may stand in the way back. */
const askedOfRollbacks: readonly GateRule[] = ['marked_bad']

/** Something that a rule looks for and that is so. `passed_by` is the name that may pass it. */
export type Finding = {
  code: GateRule
  words: string
  subject: [kind: 'incident' | 'freeze' | 'release' | 'component', id: string]
  passed_by?: string | null
}

export const reasonLevels = ['stop', 'warn', 'passed'] as const
export type Reason = {
  code: GateRule | 'never_live'
  level: (typeof reasonLevels)[number]
  words: string
} & {
  subject: Finding['subject'] | null
}

/** What of all that was found stops a release, is a warning, or is passed, as its component takes the rules. */
export function reasonsFor(
  findings: readonly Finding[],
  levels: RuleLevels,
  { goes_back }: { goes_back: boolean },
): Reason[] {
  return findings
    .filter(({ code }) => levels[code] !== 'off')
    .map(({ code, words, subject, passed_by }) => {
      const level = levels[code] === 'on' ? ('stop' as const) : ('warn' as const)
      if (goes_back && !askedOfRollbacks.includes(code)) {
        return { code, level: 'passed', words: `${words} A rollback passes.`, subject }
      }
      if (passed_by) return { code, level: 'passed', words: `${words} ${passed_by} may pass.`, subject }
      return { code, level, words, subject }
    })
}

/** Whether nothing stops it. */
export function isAllowed(reasons: readonly Reason[]): boolean {
  return reasons.every(({ level }) => level !== 'stop')
}

/** The answer in one sentence, without its reasons. */
export function headlineOf(
  reasons: readonly Reason[],
  { name, component, environment }: { name: string | null; component: string; environment: string },
): string {
  const what = name === null ? `A release of ${component}` : `${name} of ${component}`
  if (!isAllowed(reasons)) return `${what} may not go out to ${environment} now.`
  const warned = reasons.some(({ level }) => level === 'warn')
  return `${what} may go out to ${environment}${warned ? ', with a warning' : ''}.`
}

const text = (longest: number) => z.string().trim().min(1).max(longest)
/** As in the native event, or just the name. */
const actor = z.union([text(200), z.object({ name: text(200) }).transform(({ name }) => name)])

/** What a pipeline asks. */
export const ReleaseCheck = z.object({
  component: text(100).describe('A slug or an id.'),
  environment: text(200).default('production'),
  version: text(200).nullish(),
  commit: text(200).nullish(),
  kind: z.enum(releaseKinds).nullish().describe('A rollback is never stopped by what is open or frozen.'),
  actor: actor.nullish().describe('Who releases: may be one of those who may pass a freeze.'),
  rollback: z
    .record(z.string(), z.unknown())
    .nullish()
    .describe('How it can be rolled back, as in the event that reports it.'),
})
export type ReleaseCheck = z.input<typeof ReleaseCheck>

const level = z.enum(ruleLevels, `A rule is ${ruleLevels.join(', ')}.`)
const someRules = Object.fromEntries(gateRules.map((rule) => [rule, level.optional()]))

/** Rules that are not named stay as they are. */
export const RulesChange = z.strictObject(someRules as Record<GateRule, z.ZodOptional<typeof level>>)
export type RulesChange = z.infer<typeof RulesChange>
