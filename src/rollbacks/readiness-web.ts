import type { FastifyReply, FastifyRequest } from 'fastify'
import { operator } from '../accounts/guard.ts'
import { attemptForm } from '../platform/attempt.ts'
import { fields } from '../platform/forms.ts'
import type { App } from '../platform/http.ts'
import { dateIn } from '../platform/zone.ts'
import { nameOf } from '../releases/reading.ts'
import { readSite } from '../site/store.ts'
import { type ReadinessField, rollbackMethods, schemaChanges, yesOrNo } from './model.ts'
import { answerReadiness } from './readiness-actions.ts'
import { ReadinessChange } from './readiness-input.ts'
import { type ReadinessOfRelease, readinessOf } from './readiness-of.ts'
import { stateWords } from './readiness-view.ts'
import { changeWords, compatWords, keptWords, methodWords, sayerWords, stateLooks } from './words.ts'

type One = { Params: { id: string } }
const page = '/admin/releases/:id/readiness'
const editor = { config: { policy: operator('editor') } }

/** The form in which an operator says how a release can be taken back. */
export function readinessForm(app: App) {
  app.get<One>(page, editor, async (request, reply) => {
    const readiness = await readinessOf(request.ctx, request.params.id)
    return show(request, reply, readiness, { errors: {}, current: null })
  })

  app.post<One>(page, editor, async (request, reply) => {
    const { id } = request.params
    const readiness = await readinessOf(request.ctx, id)
    const typed = fields(request.body)
    const { time_zone } = await readSite(request.ctx)
    const same = typed.rollback_tested_at === shownDay(readiness, time_zone)
    const made = await attemptForm(ReadinessChange, request.body, ({ rollback_tested_at, ...said }) =>
      answerReadiness(request.ctx, id, same ? said : { ...said, rollback_tested_at }),
    )
    if (!made.ok) {
      const current = made.current as Current
      return show(request, reply.code(made.status), readiness, { typed, errors: made.errors, current })
    }
    reply.flash('Saved.')
    return reply.redirect(`/admin/releases/${id}`, 303)
  })
}

type Current = ({ version: number } & Record<string, unknown>) | null
type Kept = { typed?: Record<string, unknown>; errors: Record<string, string>; current: Current }

async function show(
  request: FastifyRequest,
  reply: FastifyReply,
  readiness: ReadinessOfRelease,
  { typed, errors, current }: Kept,
) {
  const { time_zone } = await readSite(request.ctx)
  const { release, version, state } = readiness
  const values = typed ?? { ...answers(readiness), rollback_tested_at: shownDay(readiness, time_zone) }
  return reply.view('/rollbacks/readiness', {
    title: `The way back from ${nameOf(release)}`,
    release,
    look: { ...stateLooks[state], words: stateWords(readiness, request.ctx.now().toISOString()) },
    values: { ...values, version: current?.version ?? values.version ?? version },
    told: toldWords(readiness),
    choices: choicesOf(readiness, values),
    errors,
    current,
  })
}

/** Only what the operator said: the rest is shown beside it, as told. */
function answers({ fields, version }: ReadinessOfRelease): Record<string, unknown> {
  const own = Object.entries(fields).map(([field, { value, by }]) => [field, by === 'operator' ? value : ''])
  return { ...Object.fromEntries(own), version }
}

function shownDay({ fields }: ReadinessOfRelease, time_zone: string) {
  const { value, by } = fields.rollback_tested_at
  return value && by === 'operator' ? dateIn(value, time_zone) : ''
}

const wordsOf: Partial<Record<ReadinessField, Record<string, string>>> = {
  rollback_method: methodWords,
  artifact_retained: keptWords,
  schema_change: changeWords,
  data_compat: compatWords,
}

/** What counts while the operator says nothing: "expand (the tool)". */
function toldWords({ told }: ReadinessOfRelease): Record<string, string> {
  const words = Object.entries(told.fields).map(([field, { value, by }]) => {
    if (value === null || by === null) return [field, 'not known']
    const said = wordsOf[field as ReadinessField]?.[value] ?? value
    return [field, `${said} (${sayerWords[by]})`]
  })
  return Object.fromEntries(words)
}

function choicesOf(readiness: ReadinessOfRelease, values: Record<string, unknown>) {
  const told = toldWords(readiness)
  const choices = (field: ReadinessField, words: readonly string[]) => [
    { value: '', words: `As told: ${told[field]}`, selected: !values[field] },
    ...words.map((value) => ({
      value,
      words: wordsOf[field]?.[value] ?? value,
      selected: values[field] === value,
    })),
  ]
  return {
    rollback_method: choices('rollback_method', rollbackMethods),
    artifact_retained: choices('artifact_retained', yesOrNo),
    schema_change: choices('schema_change', schemaChanges),
    data_compat: choices('data_compat', yesOrNo),
  }
}
