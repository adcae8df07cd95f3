import { type Context, nowText } from '../platform/context.ts'
import { duration, seconds } from '../platform/zone.ts'
import { badMarkOf } from '../releases/bad.ts'
import { versionKinds } from '../releases/model.ts'
import { nameOf } from '../releases/reading.ts'
import { type Release, releaseById } from '../releases/store.ts'
import { usualReleaseSeconds, usualSeconds } from '../releases/usual.ts'
import type { ReadinessField } from './model.ts'
import { type ReadinessOfRelease, readinessOf } from './readiness-of.ts'
import { changeWords, compatWords, keptWords, methodWords, sayerWords, stateLooks } from './words.ts'

export type Row = { label: string; words: string; code: boolean; href: string | null; by: string }

/**
 * What `/rollbacks/_readiness` shows of a release: the state, each answer with who gave it, what to know besides, and
 * whether it is marked bad. Null for a setting or a flag, which has no way back of its own.
 */
export async function readinessView(ctx: Context, release: string | Release) {
  const one = typeof release === 'string' ? await releaseById(ctx, release) : release
  if (!versionKinds.includes(one.kind)) return null
  const readiness = await readinessOf(ctx, one)
  const mark = await badMarkOf(ctx, one)
  return {
    release_id: one.id,
    look: { ...stateLooks[readiness.state], words: stateWords(readiness, nowText(ctx)) },
    rows: [...rowsOf(readiness, nowText(ctx)), ...(await takes(ctx, one))],
    warnings: readiness.warnings,
    /** Marked on another release of the same version, it counts here too. */
    bad: mark && {
      reason: mark.bad_reason,
      by: mark.bad_by,
      at: mark.bad_at ?? '',
      here: mark.id === one.id,
    },
  }
}

/** "Ready, tried 12 days ago" */
export function stateWords({ state, fields }: ReadinessOfRelease, now: string) {
  const tested_at = fields.rollback_tested_at.value
  if (state === 'ready' && tested_at) return `Ready, tried ${duration(tested_at, now)} ago`
  if (state === 'ready_untested' && tested_at) return `Ready, last tried ${duration(tested_at, now)} ago`
  return stateLooks[state].words
}

function rowsOf(readiness: ReadinessOfRelease, now: string): Row[] {
  const { fields, target } = readiness
  const row = (field: ReadinessField, label: string, words: string | null, more: Partial<Row> = {}): Row => ({
    label,
    words: words ?? 'not known',
    code: false,
    href: null,
    by: words === null ? '' : byWords(readiness, field),
    ...more,
  })
  const said = <T extends string>(value: T | null, words: Record<T, string>) => value && words[value]
  const tried = fields.rollback_tested_at.value
  const where = fields.rollback_tested_where.value
  const isLink = isWebLink(fields.runbook.value)
  const rows = [
    row('rollback_method', 'Method', said(fields.rollback_method.value, methodWords)),
    row('rollback_target', 'Goes back to', fields.rollback_target.value, {
      code: true,
      href: target && nameOf(target) === fields.rollback_target.value ? `/admin/releases/${target.id}` : null,
    }),
    row('artifact_retained', 'Version before', said(fields.artifact_retained.value, keptWords)),
    row('artifact_ref', 'Its address', fields.artifact_ref.value, { code: true }),
    row('schema_change', 'Database', said(fields.schema_change.value, changeWords)),
    row('data_compat', 'Older code', said(fields.data_compat.value, compatWords)),
    row('rollback_tested_at', 'Tried', tried && `${duration(tried, now)} ago${where ? ` in ${where}` : ''}`),
    row('runbook', 'Runbook', fields.runbook.value, {
      code: !isLink,
      href: isLink ? fields.runbook.value : null,
    }),
    row('roll_forward_reason', 'Why forward', fields.roll_forward_reason.value),
  ]
  const alwaysShown = ['Method', 'Goes back to', 'Version before', 'Database', 'Older code', 'Tried']
  return rows.filter(({ label, by }) => by !== '' || alwaysShown.includes(label))
}

/** Only what a browser may safely follow. */
function isWebLink(url: string | null) {
  return url !== null && /^https?:\/\/\S+$/i.test(url)
}

function byWords({ fields, answered_by }: ReadinessOfRelease, field: ReadinessField) {
  const { by, note } = fields[field]
  if (note) return note
  return by === 'operator' ? (answered_by ?? sayerWords.operator) : by ? sayerWords[by] : ''
}

/** "3 min, a release 11 min", each the median of the last five. */
async function takes(ctx: Context, release: Release): Promise<Row[]> {
  const back = await usualSeconds(ctx, release)
  const there = await usualReleaseSeconds(ctx, release)
  if (back === null) return []
  const slower = there !== null && back > there ? ', longer than' : ','
  const words = there === null ? seconds(back) : `${seconds(back)}${slower} a release (${seconds(there)})`
  return [{ label: 'Takes', words, code: false, href: null, by: 'the median of five' }]
}
