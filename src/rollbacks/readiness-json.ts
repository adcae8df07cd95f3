import { z } from 'zod'
import type { Release } from '../releases/store.ts'
import {
  type Remark,
  type readinessFields,
  readinessStates,
  rollbackMethods,
  sayers,
  schemaChanges,
  yesOrNo,
} from './model.ts'
import type { ReadinessOfRelease } from './readiness-of.ts'
import type { PlanRow } from './readiness-store.ts'

export const RemarkJson = z.object({ code: z.string(), words: z.string() }) satisfies z.ZodType<Remark>

function answered<T extends z.ZodType>(value: T) {
  return z.object({ value: value.nullable(), by: z.enum(sayers).nullable(), note: z.string().nullable() })
}

const text = answered(z.string())
const fields = {
  rollback_method: answered(z.enum(rollbackMethods)),
  rollback_target: text,
  artifact_retained: answered(z.enum(yesOrNo)),
  artifact_ref: text,
  schema_change: answered(z.enum(schemaChanges)),
  data_compat: answered(z.enum(yesOrNo)),
  rollback_tested_at: text,
  rollback_tested_where: text,
  runbook: text,
  roll_forward_reason: text,
} satisfies Record<(typeof readinessFields)[number], z.ZodType>

/** How well a release can be taken back: each field with who said it, and what to know besides. */
export const ReadinessJson = z.object({
  release_id: z.string(),
  state: z.enum(readinessStates),
  fields: z.object(fields),
  rollback_target_release_id: z.string().nullable(),
  ready_hint: z.enum(yesOrNo).nullable(),
  warnings: z.array(RemarkJson),
  answered_at: z.string().nullable(),
  answered_by: z.string().nullable(),
  version: z.int(),
})

export function readinessJson(readiness: ReadinessOfRelease): z.output<typeof ReadinessJson> {
  const { release, target, ...shown } = readiness
  return ReadinessJson.parse({
    ...shown,
    release_id: release.id,
    rollback_target_release_id: target?.id ?? null,
  })
}

/** A component's defaults for all its releases. */
export const PlanJson = z.object({
  component_id: z.string(),
  rollback_method: z.enum(rollbackMethods).nullable(),
  artifact_retained: z.enum(yesOrNo).nullable(),
  data_compat: z.enum(yesOrNo).nullable(),
  runbook: z.string().nullable(),
  artifact_url: z.string().nullable(),
  artifacts_kept: z.int().nullable(),
  version: z.int(),
  updated_at: z.string().nullable(),
})

export function planJson({ created_at, updated_at, ...plan }: PlanRow): z.output<typeof PlanJson> {
  return PlanJson.parse({ ...plan, updated_at: updated_at || null })
}

/** Whether a release is marked bad, by whom and why. */
export const BadJson = z.object({
  id: z.string(),
  component_id: z.string(),
  version: z.string().nullable(),
  commit: z.string().nullable(),
  bad_at: z.string().nullable(),
  bad_reason: z.string().nullable(),
  bad_by: z.string().nullable(),
})

export function badJson({ id, component_id, version, commit, bad_at, bad_reason, bad_by }: Release) {
  return { id, component_id, version, commit, bad_at, bad_reason, bad_by }
}
