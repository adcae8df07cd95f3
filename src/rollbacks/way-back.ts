import { seconds } from '../platform/zone.ts'
import { nameOf } from '../releases/reading.ts'
import type { Release } from '../releases/store.ts'
import type { Remark } from './model.ts'
import { isProven, type Readiness, whyShut } from './readiness.ts'
import { isOneWay } from './schema-changes.ts'

/** A release that going back would cross, with what is said of its own way back. */
type Crossed = { release: Release; readiness: Readiness }

const mostNamed = 5

/**
 * Whether these releases can be gone back over, the worst of all of them: what no code before them can live with is a
 * reason to go forward, and what nobody says is a warning.
 */
export function judgeCrossed(crossed: readonly Crossed[]): { reasons: Remark[]; warnings: Remark[] } {
  const reasons = crossed.flatMap((one) => shutBy(one))
  return { reasons: atMost(reasons), warnings: unknowns(crossed) }
}

function shutBy({ release, readiness }: Crossed): Remark[] {
  const { rollback_method, schema_change, data_compat, roll_forward_reason } = readiness.fields
  const isShut =
    isOneWay(schema_change.value) || data_compat.value === 'no' || rollback_method.value === 'none'
  if (!isShut) return []
  const forward = roll_forward_reason.value ? ` Roll forward: ${roll_forward_reason.value}` : ''
  const code = isOneWay(schema_change.value)
    ? 'point_of_no_return'
    : data_compat.value === 'no'
      ? 'data_not_readable'
      : 'no_rollback_method'
  return [{ code, words: `${nameOf(release)} cannot be undone: ${whyShut(readiness.fields)}.${forward}` }]
}

function atMost(reasons: Remark[]): Remark[] {
  const left = reasons.length - mostNamed
  if (left <= 0) return reasons
  const more = { code: 'point_of_no_return', words: `${left} more releases cannot be undone either.` }
  return [...reasons.slice(0, mostNamed), more]
}

function unknowns(crossed: readonly Crossed[]): Remark[] {
  const without = (field: 'schema_change' | 'data_compat') =>
    crossed.filter(({ readiness }) => readiness.fields[field].value === null)
  const [schema, compat] = [without('schema_change'), without('data_compat')]
  const restored = crossed.filter(
    ({ readiness }) => readiness.fields.rollback_method.value === 'restore_backup',
  )
  return [
    ...unsaid(schema, crossed.length, 'schema_change_unknown', 'whether the database changed with'),
    ...unsaid(compat, crossed.length, 'data_compat_unknown', 'whether older code reads the data of'),
    ...restored.slice(0, 1).map(({ release }) => ({
      code: 'restores_backup',
      words: `Going back over ${nameOf(release)} restores a backup: what was written since is lost.`,
    })),
  ]
}

function unsaid(without: Crossed[], of: number, code: string, what: string): Remark[] {
  const [one] = without
  if (!one) return []
  const which = without.length === 1 ? nameOf(one.release) : `${without.length} of ${of} releases`
  return [{ code, words: `Nobody says ${what} ${which}.` }]
}

type Times = { release_seconds: number | null; rollback_seconds: number | null }

/** What else is to be known before going back: how long it takes and whether it was ever tried. */
export function judgeHabits(times: Times, tested_at: string | null, now: string): Remark[] {
  const { release_seconds: there, rollback_seconds: back } = times
  const warnings: Remark[] = []
  if (there !== null && back !== null && back > there) {
    const words = `Going back usually takes ${seconds(back)}, longer than a release (${seconds(there)}).`
    warnings.push({ code: 'rollback_slower', words })
  }
  if (tested_at === null) {
    warnings.push({ code: 'never_tested', words: 'The way back was never walked in a drill.' })
  } else if (!isProven(tested_at, now)) {
    const days = Math.round((Date.parse(now) - Date.parse(tested_at)) / 86_400_000)
    warnings.push({ code: 'tested_long_ago', words: `The way back was last walked ${days} days ago.` })
  }
  return warnings
}
