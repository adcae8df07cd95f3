import { z } from 'zod'
import { isOfOurTime } from '../sources/times.ts'
import { longest, rollbackMethods, schemaChanges, yesOrNo } from './model.ts'

/** A form sends an empty text where nobody says anything, and so may a script; "unknown" says as much. */
const said = (value: unknown) => {
  const given = typeof value === 'string' ? value.trim() : value
  return given === '' || given === 'unknown' ? null : given
}
const flag = (value: unknown) => {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return value === 'true' ? 'yes' : value === 'false' ? 'no' : said(value)
}

function oneOf<const T extends readonly [string, ...string[]]>(words: T) {
  return z.preprocess(said, z.enum(words, `One of ${words.join(', ')}.`).nullable()).optional()
}

function text(most: number) {
  return z.preprocess(said, z.string().max(most, `At most ${most} characters.`).nullable()).optional()
}

const yesNo = z.preprocess(flag, z.enum(yesOrNo, 'One of yes, no.').nullable()).optional()
const version = z.coerce.number().int().min(0).optional()

/** What a component says of all its releases, and a release of itself. */
const wayBack = {
  rollback_method: oneOf(rollbackMethods).describe('How it is taken back.'),
  artifact_retained: yesNo.describe('Whether what to go back to is kept.'),
  data_compat: yesNo.describe('Whether the code before reads the data after.'),
  runbook: text(longest.runbook).describe('A link or the exact command, and who may run it.'),
}

const testedAt = z
  .preprocess(
    said,
    z.iso
      .datetime({ offset: true })
      .or(z.iso.date())
      .refine((at) => isOfOurTime(at), 'That day cannot be.')
      .nullable(),
  )
  .optional()

/** An operator's answers: null takes one back, and what is left out stays as it is. */
export const ReadinessChange = z.object({
  ...wayBack,
  rollback_target: text(longest.rollback_target).describe('A version that was live here, or a release’s id.'),
  artifact_ref: text(longest.text).describe('What to go back to: a package URL, a digest or an address.'),
  schema_change: oneOf(schemaChanges).describe('What it does to the data that stays.'),
  rollback_tested_at: testedAt.describe('When the way back was last walked: a day or a moment.'),
  rollback_tested_where: text(longest.rollback_tested_where),
  roll_forward_reason: text(longest.text).describe(
    'Why it goes forward all the same when there is no way back.',
  ),
  version: version.describe('Of the answers this change was made to; with it, a stale change is refused.'),
})
export type ReadinessChange = z.output<typeof ReadinessChange>

const address = text(longest.text).refine(
  (url) => !url || isTemplate(url),
  'An address (http or https) with {version} or {commit} behind its host.',
)

/** Whom it asks stands firm: a version, which anybody may name, chooses only the path there. */
function isTemplate(url: string) {
  const [one, other] = ['1', '2'].map((name) => url.replaceAll(/\{(version|commit)\}/g, name))
  if (!one || !other || one === other || ![one, other].every((filled) => URL.canParse(filled))) return false
  const { protocol, origin, username, password } = new URL(one)
  return /^https?:$/.test(protocol) && origin === new URL(other).origin && !username && !password
}

const count = z
  .preprocess(
    said,
    z.coerce
      .number('A whole number.')
      .int('A whole number.')
      .min(1, 'At least 1.')
      .max(1000, 'At most 1000.')
      .nullable(),
  )
  .optional()

/** A component's defaults: null takes one back, and what is left out stays as it is. */
export const PlanChange = z.object({
  ...wayBack,
  artifact_url: address.describe('Where an artifact can be asked for, with {version} or {commit} in it.'),
  artifacts_kept: count.describe('How many versions the deploy tool keeps.'),
  version: version.describe('Of the plan this change was made to; with it, a stale change is refused.'),
})
export type PlanChange = z.output<typeof PlanChange>
