import { z } from 'zod'

const name = z.union([z.string().trim().min(1), z.number().transform(String)])

/** A member that is not what it should be is left out: a wrong extra must not lose the release. */
const extras = z.object({
  service: name.optional().catch(undefined),
  version: name.optional().catch(undefined),
  percent: z.number().min(0).max(100).optional().catch(undefined),
  dark: z.boolean().optional().catch(undefined),
  rollback: z
    .union([z.boolean(), z.record(z.string(), z.unknown())])
    .optional()
    .catch(undefined),
  rollback_of: name.optional().catch(undefined),
})
export type Extras = z.output<typeof extras>

/**
 * What a team may add to the free payload of a tool that has one: everything under `shiplog`, and of the plain
 * members only `service`, `version` and `rollback`, since others use words like `percent` for things of their own.
 */
export function extrasOf(payload: unknown): Extras {
  const plain = objectOf(payload)
  const own = extras.parse(objectOf(plain.shiplog))
  const { service, version, rollback } = extras.parse(plain)
  return {
    ...own,
    service: own.service ?? service,
    version: own.version ?? version,
    rollback: own.rollback ?? rollback,
  }
}

/** The payload as an object; tools hand on whatever was posted, often JSON in a string. */
function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'string') return isObject(value) ? value : {}
  try {
    const parsed: unknown = JSON.parse(value)
    return isObject(parsed) ? parsed : {}
  } catch {
    return {}
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
