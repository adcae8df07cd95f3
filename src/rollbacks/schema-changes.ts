import { type Remark, type SchemaChange, schemaChanges } from './model.ts'

/** One migration as the tool lists it. */
export type Migration = {
  id: string
  kind: string | null
  reversible: boolean | null
  /** Its SQL or anything else that was said of it. */
  text: string
}

/** Said of what is dropped but takes nothing with it that the code before needs. */
const harmless = /\b(?:drop|remove) (?:index|constraint|foreign key|default|trigger|view|not null)\b/g
/** What each pattern proposes when a tool says neither kind nor whether it can be undone; the worst that fits counts. */
const patterns: [RegExp, SchemaChange][] = [
  [/\b(?:truncate|delete(?:s|d)? (?:from|all|old|rows|data)|purge|erase|wipe)\b/, 'irreversible'],
  [/\b(?:drop(?:s|ped)?|remove(?:s|d)?|delete(?:s|d)?|rename(?:s|d)?)\b/, 'contract'],
  [/\bnot null\b|\bset required\b|\bchange (?:column )?null\b/, 'contract'],
  [/\balter (?:column )?\w+ (?:set data )?type\b|\b(?:change|alter|modify|convert)(?! table\b)/, 'contract'],
  [/\b(?:update \S+ set|update|backfill|populate|copy|migrate data|fill)\b/, 'backfill'],
  [/\b(?:add(?:s|ed)?|create(?:s|d)?|new|introduce|insert|index|enable|extend|harmless)\b/, 'expand'],
]

/** The worse of two; an unknown one is as good as nothing. */
function worseChange(one: SchemaChange | null, other: SchemaChange | null): SchemaChange | null {
  if (one === null || other === null) return one ?? other
  return schemaChanges.indexOf(one) > schemaChanges.indexOf(other) ? one : other
}

/** Whether the database cannot be walked back over this. */
export function isOneWay(change: SchemaChange | null) {
  return change === 'contract' || change === 'irreversible'
}

/** What one migration does: as the tool says, else as its name and SQL read; null when neither tells. */
export function changeOf({ id, kind, reversible, text }: Migration): SchemaChange | null {
  const known = schemaChanges.find((change) => change === kind?.toLowerCase()) ?? null
  if (reversible === false) return worseChange(known, 'irreversible')
  if (known) return known
  if (reversible) return 'expand'
  const read = plainWords(`${kind ?? ''} ${id} ${text}`)
  return patterns.find(([pattern]) => pattern.test(read))?.[1] ?? null
}

/** "AddEmailToUsers" and "0042_drop_legacy" as words that the patterns read. */
function plainWords(text: string) {
  const apart = text.replace(/([a-z\d])([A-Z])/g, '$1 $2').replace(/[_\-./:;,()"'`[\]]+|\s+/g, ' ')
  return apart.toLowerCase().replace(harmless, 'harmless')
}

export type Proposal = { schema_change: SchemaChange | null; note: string | null; warnings: Remark[] }

/** The schema change that a release's migrations make together, to be confirmed or changed by an operator. */
export function proposedChange(migrations: readonly Migration[] | null): Proposal {
  if (migrations === null) return { schema_change: null, note: null, warnings: [] }
  if (migrations.length === 0) return { schema_change: 'none', note: 'it has no migrations', warnings: [] }
  let worst: SchemaChange | null = null
  let by = ''
  const unknown: string[] = []
  for (const migration of migrations) {
    const change = changeOf(migration)
    if (change === null) unknown.push(migration.id)
    if (change && worseChange(worst, change) !== worst) by = migration.id
    worst = worseChange(worst, change)
  }
  const warnings = unknown.length === 0 ? [] : [unreadable(unknown)]
  if (unknown.length > 0 && !isOneWay(worst)) return { schema_change: null, note: null, warnings }
  return { schema_change: worst, note: `proposed from its migration ${by}`, warnings }
}

function unreadable(ids: string[]): Remark {
  const named = ids.slice(0, 3).join(', ') + (ids.length > 3 ? ` and ${ids.length - 3} more` : '')
  return {
    code: 'migration_unknown',
    words: `What ${named} does to the data cannot be told from its name. Say its kind, or whether it can be undone.`,
  }
}
