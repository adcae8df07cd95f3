import { z } from 'zod'
import { requestStates } from './progress.ts'
import type { WholeRequest } from './request-whole.ts'

const moment = z.string().nullable()

/** A request as tokens read it. */
export const RollbackRequestJson = z.object({
  id: z.string(),
  component: z.object({ id: z.string(), slug: z.string(), name: z.string() }),
  environment: z.string(),
  from: z.object({ release: z.string(), version: z.string().nullable() }),
  to: z.object({ release: z.string(), version: z.string().nullable() }),
  incident: z.string().nullable(),
  reason: z.string(),
  drill: z.boolean(),
  state: z.enum(requestStates),
  asked_at: z.string(),
  asked_by: z.string(),
  accepted_at: moment,
  running_at: moment,
  over_at: moment,
  failure: z.string().nullable(),
  /** The rollback that answers it, or what went live instead. */
  release: z.string().nullable(),
  call: z.string().nullable(),
  took_seconds: z.number().nullable(),
  release_took_seconds: z.number().nullable(),
  usual_seconds: z.number().nullable(),
})

/** What a token reads of a request. */
export function requestJson(request: WholeRequest): z.infer<typeof RollbackRequestJson> {
  const { progress } = request
  return {
    id: request.id,
    component: { id: request.component_id, slug: request.component_slug, name: request.component_name },
    environment: request.environment,
    from: { release: request.from_release_id, version: request.from_version ?? request.from_commit },
    to: { release: request.to_release_id, version: request.to_version ?? request.to_commit },
    incident: request.incident_id,
    reason: request.reason,
    drill: request.drill_at !== null,
    state: progress.state,
    asked_at: request.asked_at,
    asked_by: request.asked_by,
    accepted_at: progress.accepted_at,
    running_at: progress.running_at,
    over_at: progress.over_at,
    failure: progress.failure,
    release: progress.release?.id ?? null,
    call: request.call_id,
    took_seconds: request.took_seconds,
    release_took_seconds: request.release_took_seconds,
    usual_seconds: request.usual_seconds,
  }
}
