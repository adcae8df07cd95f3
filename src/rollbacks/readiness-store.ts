import type { Insertable, Selectable } from 'kysely'
import { firstCompiledOnce } from '../platform/compiled.ts'
import type { Context } from '../platform/context.ts'
import type { Tables } from '../platform/tables.ts'

export type ReadinessRow = Selectable<Tables['readiness']>
export type PlanRow = Selectable<Tables['rollback_plans']>
export type ArtifactCheck = Selectable<Tables['artifact_checks']>

/** What operators answered for these releases, with the version that each names to go back to. */
export async function answersFor({ db }: Context, release_ids: readonly string[]) {
  if (release_ids.length === 0) return []
  return db
    .selectFrom('readiness')
    .leftJoin('releases', 'releases.id', 'readiness.rollback_target_release_id')
    .selectAll('readiness')
    .select(['releases.version as target_version', 'releases.commit as target_commit'])
    .where('readiness.release_id', 'in', [...release_ids])
    .execute()
}

/** Writes an operator's answers if nobody else did since they were read; `version` 0 is of none yet. */
export async function writeAnswers({ db }: Context, row: Insertable<Tables['readiness']>, was: number) {
  if (was === 0) {
    const made = await db
      .insertInto('readiness')
      .values(row)
      .onConflict((conflict) => conflict.column('release_id').doNothing())
      .returning('release_id')
      .executeTakeFirst()
    return made !== undefined
  }
  const { release_id, ...change } = row
  const { numUpdatedRows } = await db
    .updateTable('readiness')
    .set(change)
    .where((all) => all.and({ release_id, version: was }))
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

export const planRow = firstCompiledOnce((db, component_id: string) =>
  db.selectFrom('rollback_plans').selectAll().where('component_id', '=', component_id),
)

export function allPlans({ db }: Context): Promise<PlanRow[]> {
  return db.selectFrom('rollback_plans').selectAll().execute()
}

/** Writes a component's defaults if nobody else did since they were read; `version` 0 is of none yet. */
export async function writePlan({ db }: Context, row: PlanRow, was: number) {
  if (was === 0) {
    const made = await db
      .insertInto('rollback_plans')
      .values(row)
      .onConflict((conflict) => conflict.column('component_id').doNothing())
      .returning('component_id')
      .executeTakeFirst()
    return made !== undefined
  }
  const { component_id, created_at, ...change } = row
  const { numUpdatedRows } = await db
    .updateTable('rollback_plans')
    .set(change)
    .where((all) => all.and({ component_id, version: was }))
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

export async function checksOf({ db }: Context, release_ids: readonly string[]): Promise<ArtifactCheck[]> {
  if (release_ids.length === 0) return []
  return db
    .selectFrom('artifact_checks')
    .selectAll()
    .where('release_id', 'in', [...release_ids])
    .execute()
}

/** What an artifact's address answered last. */
export async function writeCheck({ db }: Context, row: ArtifactCheck) {
  const { release_id, ...change } = row
  await db
    .insertInto('artifact_checks')
    .values(row)
    .onConflict((conflict) => conflict.column('release_id').doUpdateSet(change))
    .execute()
}
