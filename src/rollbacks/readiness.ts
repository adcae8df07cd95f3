import {
  type ReadinessField,
  type ReadinessState,
  type Remark,
  readinessFields,
  type Said,
  type Sayer,
  type YesOrNo,
} from './model.ts'
import type { ToolSaid } from './said.ts'
import { isOneWay, type Proposal, proposedChange } from './schema-changes.ts'

/** One field's answer: what, who said it, and what else there is to know of it. */
export type Answer<T> = { value: T | null; by: Sayer | null; note: string | null }
type Answers = { [Field in ReadinessField]: Answer<NonNullable<Said[Field]>> }

export type Readiness = {
  state: ReadinessState
  fields: Answers
  /** The tool's own word for it, when it gave no more. */
  ready_hint: YesOrNo | null
  warnings: Remark[]
}

/** What is said of one release, by each who may say something. */
export type Statements = {
  operator: Partial<Said>
  tool: ToolSaid
  /** What history and Shiplog's own looks tell, with a note on each. */
  derived: Partial<Said>
  notes: Partial<Record<ReadinessField, string>>
  component: Partial<Said>
}

const provenForDays = 90

/** Folds what is said: for each field the operator counts most, then the tool, then what is derived, then the component. */
export function readinessFrom(said: Statements, now: string): Readiness {
  const proposal = proposedChange(said.tool.migrations)
  const derived = { ...said.derived, schema_change: said.derived.schema_change ?? proposal.schema_change }
  const layers: [Sayer, Partial<Said>][] = [
    ['operator', said.operator],
    ['tool', said.tool],
    ['derived', derived],
    ['component', said.component],
  ]
  const notes = { ...said.notes, ...(proposal.note && { schema_change: proposal.note }) }
  const fields = Object.fromEntries(
    readinessFields.map((field) => [field, answer(field, layers, notes)]),
  ) as Answers
  Object.assign(fields, newestProof(layers, notes))
  const state = stateOf(fields, said.tool.ready, now)
  const warnings = [...said.tool.warnings, ...warningsOf(state, fields, proposal, said.tool.ready)]
  return { state, fields, ready_hint: said.tool.ready, warnings }
}

function answer<Field extends ReadinessField>(
  field: Field,
  layers: [Sayer, Partial<Said>][],
  notes: Statements['notes'],
): Answer<NonNullable<Said[Field]>> {
  for (const [by, said] of layers) {
    const value = said[field]
    if (value !== null && value !== undefined) {
      return { value, by, note: by === 'derived' ? (notes[field] ?? null) : null }
    }
  }
  return { value: null, by: null, note: null }
}

/** A walk of the way back proves it whoever tells of it: the newest one counts, with where it was. */
function newestProof(layers: [Sayer, Partial<Said>][], notes: Statements['notes']) {
  const proofs = layers.filter(([, said]) => said.rollback_tested_at)
  const [newest] = proofs.sort(([, a], [, b]) =>
    (a.rollback_tested_at ?? '') < (b.rollback_tested_at ?? '') ? 1 : -1,
  )
  if (!newest) return {}
  const only = [newest]
  return {
    rollback_tested_at: answer('rollback_tested_at', only, notes),
    rollback_tested_where: answer('rollback_tested_where', only, notes),
  }
}

function stateOf(fields: Answers, ready: YesOrNo | null, now: string): ReadinessState {
  const { rollback_method, artifact_retained, schema_change, data_compat, rollback_tested_at } = fields
  const isShut =
    rollback_method.value === 'none' ||
    artifact_retained.value === 'no' ||
    data_compat.value === 'no' ||
    isOneWay(schema_change.value)
  if (isShut) return 'not_ready'
  const isKnown = artifact_retained.value && schema_change.value && data_compat.value
  if (!isKnown || ready === 'no') return 'degraded'
  return isProven(rollback_tested_at.value, now) ? 'ready' : 'ready_untested'
}

/** Walked at most 90 days ago. */
export function isProven(tested_at: string | null, now: string) {
  return tested_at !== null && Date.parse(now) - Date.parse(tested_at) <= provenForDays * 86_400_000
}

function warningsOf(
  state: ReadinessState,
  fields: Answers,
  proposal: Proposal,
  ready: YesOrNo | null,
): Remark[] {
  const warnings = [...proposal.warnings]
  const said = fields.schema_change
  if (said.by !== 'derived' && isOneWay(proposal.schema_change) && !isOneWay(said.value)) {
    const words = `The ${said.by ?? 'tool'} says “${said.value}”, but ${proposal.note ?? 'its migrations'} reads as “${proposal.schema_change}”.`
    if (said.by !== 'operator') warnings.push({ code: 'schema_change_disputed', words })
  }
  if (state === 'not_ready' && !fields.roll_forward_reason.value) {
    warnings.push({ code: 'roll_forward_reason_missing', words: reasonMissing(fields) })
  }
  if (ready === 'no' && state !== 'not_ready') {
    warnings.push({ code: 'said_not_ready', words: 'The tool says that it is not ready to be rolled back.' })
  }
  return warnings
}

function reasonMissing(fields: Answers) {
  return `It cannot be rolled back: ${whyShut(fields)}. Say why it goes forward all the same.`
}

/** Why there is no way back from a release, in words: "its schema change is irreversible". */
export function whyShut({ rollback_method, artifact_retained, schema_change, data_compat }: Answers) {
  if (isOneWay(schema_change.value)) {
    const isContract = schema_change.value === 'contract'
    return isContract ? 'its schema change takes something away' : 'its schema change is irreversible'
  }
  if (data_compat.value === 'no') return 'the code before it cannot read the data after it'
  if (rollback_method.value === 'none') return 'there is no way of doing it'
  return artifact_retained.value === 'no' ? 'what to go back to is not kept' : 'it is not known why'
}
