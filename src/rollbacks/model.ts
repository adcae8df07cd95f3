/** How a release is taken back. */
export const rollbackMethods = [
  'redeploy_previous',
  'flag_off',
  'traffic_switch',
  'restore_backup',
  'none',
] as const
export type RollbackMethod = (typeof rollbackMethods)[number]

/** What a release does to the data that stays, mildest first. */
export const schemaChanges = ['none', 'expand', 'backfill', 'contract', 'irreversible'] as const
export type SchemaChange = (typeof schemaChanges)[number]

/** Whether a release's artifact is kept, and whether the code before reads the data after. */
export const yesOrNo = ['yes', 'no'] as const
export type YesOrNo = (typeof yesOrNo)[number]

/** What may be said of the way back from a release; a null, or a field left out, is not said. */
export type Said = {
  rollback_method: RollbackMethod | null
  /** The version to go back to. */
  rollback_target: string | null
  artifact_retained: YesOrNo | null
  artifact_ref: string | null
  schema_change: SchemaChange | null
  data_compat: YesOrNo | null
  rollback_tested_at: string | null
  rollback_tested_where: string | null
  runbook: string | null
  roll_forward_reason: string | null
}
export type ReadinessField = keyof Said
export const readinessFields = [
  'rollback_method',
  'rollback_target',
  'artifact_retained',
  'artifact_ref',
  'schema_change',
  'data_compat',
  'rollback_tested_at',
  'rollback_tested_where',
  'runbook',
  'roll_forward_reason',
] as const satisfies readonly ReadinessField[]

/** Who said it, who counts most first. */
export const sayers = ['operator', 'tool', 'derived', 'component'] as const
export type Sayer = (typeof sayers)[number]

export const readinessStates = ['ready', 'ready_untested', 'degraded', 'not_ready'] as const
export type ReadinessState = (typeof readinessStates)[number]

/** Something to know, with a code for machines and words for people. */
export type Remark = { code: string; words: string }

/** Longest texts, wherever they are said. */
export const longest = { rollback_target: 200, rollback_tested_where: 200, text: 1000, runbook: 2000 }
