import { readTime } from '../sources/times.ts'
import { longest, type Remark, rollbackMethods, type Said, schemaChanges, type YesOrNo } from './model.ts'
import type { Migration } from './schema-changes.ts'

/** What a tool said of the way back, as far as it can be read. */
export type ToolSaid = Partial<Said> & {
  migrations: Migration[] | null
  /** The short form's "ready": a hint, since it does not say why. */
  ready: YesOrNo | null
  warnings: Remark[]
}

const shortForm = new Map([
  ['none', 'none'],
  ['reversible', 'expand'],
  ['irreversible', 'irreversible'],
] as const)
const mostMigrations = 500
const mostWarnings = 5

/**
 * Reads the event's `rollback` object, in its full names or in the short form of the native request (`db_change`,
 * `plan`, `ready`, `last_rollback_rehearsal`). What does not fit is left out and named: nothing makes it fail.
 */
export function readSaid(raw: Record<string, unknown> | null, now: string): ToolSaid {
  const read = reader(raw ?? {})
  const said: ToolSaid = {
    rollback_method: read('rollback_method', oneOf(rollbackMethods)),
    rollback_target: read('rollback_target', text(longest.rollback_target)),
    artifact_retained: read('artifact_retained', asYesOrNo),
    artifact_ref: read('artifact_ref', text(longest.text)),
    schema_change:
      read('schema_change', oneOf(schemaChanges)) ??
      read('db_change', (value) => shortForm.get(asWord(value) as 'none')),
    data_compat: read('data_compat', asYesOrNo),
    rollback_tested_at:
      read('rollback_tested_at', (value) => pastTime(value, now)) ??
      read('last_rollback_rehearsal', (value) => pastTime(value, now)),
    rollback_tested_where: read('rollback_tested_where', text(longest.rollback_tested_where)),
    runbook: read('runbook', text(longest.runbook)) ?? read('plan', text(longest.runbook)),
    roll_forward_reason: read('roll_forward_reason', text(longest.text)),
    ready: read('ready', asYesOrNo),
    migrations: read('migrations', asMigrations),
    warnings: [],
  }
  return { ...said, warnings: read.warnings() }
}

type Parse<T> = (value: unknown) => T | undefined

/** Reads one field after another and remembers what it could not read, and what nobody asked for. */
function reader(raw: Record<string, unknown>) {
  const asked = new Set<string>()
  const misfits: string[] = []
  const read = <T>(name: string, parse: Parse<T>): T | null => {
    asked.add(name)
    const value = Object.hasOwn(raw, name) ? raw[name] : null
    if (isUnsaid(value)) return null
    const parsed = parse(value)
    if (parsed === undefined) misfits.push(`${name} (${shown(value)})`)
    return parsed ?? null
  }
  read.warnings = (): Remark[] => {
    const strange = Object.keys(raw).filter((name) => !asked.has(name))
    return [...misfits, ...strange.map((name) => name.slice(0, 60))].slice(0, mostWarnings).map((what) => ({
      code: 'rollback_not_understood',
      words: `What the tool says of the way back is not all understood: ${what} is left out.`,
    }))
  }
  return read
}

/** "unknown" is what the tool says when it does not know. */
function isUnsaid(value: unknown) {
  return value === null || value === undefined || value === '' || value === 'unknown'
}

function shown(value: unknown) {
  const said = typeof value === 'string' ? value : (JSON.stringify(value) ?? typeof value)
  return said.length > 60 ? `${said.slice(0, 60)}…` : said
}

function oneOf<T extends string>(words: readonly T[]): Parse<T> {
  return (value) => words.find((word) => word === asWord(value))
}

/** An object from outside may have a `toString` of its own: only what is a word is read as one. */
function asWord(value: unknown) {
  return ['string', 'boolean', 'number'].includes(typeof value) ? String(value).trim().toLowerCase() : ''
}

function text(most: number): Parse<string> {
  return (value) => {
    const said = typeof value === 'number' ? String(value) : value
    return typeof said === 'string' && said.trim() !== '' && said.length <= most ? said.trim() : undefined
  }
}

function asYesOrNo(value: unknown): YesOrNo | undefined {
  const said = asWord(value)
  if (said === 'yes' || said === 'true') return 'yes'
  return said === 'no' || said === 'false' ? 'no' : undefined
}

/** A day or a moment; what is to come proves nothing. */
function pastTime(value: unknown, now: string): string | undefined {
  const isDay = typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value)
  const at = readTime(isDay ? `${value}T00:00:00Z` : value)
  return at === null || at > now ? undefined : at
}

function asMigrations(value: unknown): Migration[] | undefined {
  if (!Array.isArray(value) || value.length > mostMigrations) return undefined
  const read = value.map(asMigration)
  return read.every((one) => one !== null) ? read : undefined
}

function asMigration(value: unknown): Migration | null {
  const given = typeof value === 'string' ? { id: value } : value
  if (typeof given !== 'object' || given === null) return null
  const { id, name, kind, reversible, sql: query } = given as Record<string, unknown>
  const called = text(500)(id ?? name)
  if (called === undefined) return null
  const undone = isUnsaid(reversible) ? undefined : asYesOrNo(reversible)
  return {
    id: called,
    kind: typeof kind === 'string' ? kind : null,
    reversible: undone === undefined ? null : undone === 'yes',
    text: typeof query === 'string' ? query.slice(0, 5000) : '',
  }
}
