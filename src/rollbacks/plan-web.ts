import type { FastifyReply, FastifyRequest } from 'fastify'
import { type GuardSettings, may, operator } from '../accounts/guard.ts'
import { takeOver } from '../accounts/hand-over.ts'
import { type Component, componentById } from '../components/store.ts'
import { attemptForm } from '../platform/attempt.ts'
import { type Context, nowText } from '../platform/context.ts'
import { fields } from '../platform/forms.ts'
import type { App } from '../platform/http.ts'
import { duration, seconds } from '../platform/zone.ts'
import { listEnvironments } from '../releases/environments.ts'
import { nameOf } from '../releases/reading.ts'
import { usualReleaseSeconds, usualSeconds } from '../releases/usual.ts'
import { newestDrill } from './lane-store.ts'
import { rollbackMethods, yesOrNo } from './model.ts'
import { planOf, setPlan } from './plan-actions.ts'
import { PlanChange } from './readiness-input.ts'
import { pageOfPlan, receiverForm, receiverPages } from './receiver-web.ts'
import { targetFor } from './targets.ts'
import { compatWords, keptWords, methodWords, stateLooks } from './words.ts'

type One = { Params: { id: string } }
const page = '/admin/components/:id/way-back'
const editor = { config: { policy: operator('editor') } }

/** How a component is rolled back: where it stands now, and what its releases need not say. */
export function planForm(app: App, settings: GuardSettings) {
  receiverPages(app, settings, async (request, reply, kept) => {
    const component = await componentById(request.ctx, request.params.id)
    const values = await planOf(request.ctx, component.id)
    return showPlan(request, reply, component, { values, errors: {}, current: null, ...kept })
  })

  app.get<One>(page, editor, async (request, reply) => {
    const component = await componentById(request.ctx, request.params.id)
    const plan = await planOf(request.ctx, component.id)
    return showPlan(request, reply, component, { values: plan, errors: {}, current: null })
  })

  app.post<One>(page, editor, async (request, reply) => {
    const component = await componentById(request.ctx, request.params.id)
    const made = await attemptForm(PlanChange, request.body, (said) =>
      setPlan(request.ctx, component.id, said),
    )
    if (!made.ok) {
      const current = made.current as { version: number } | null
      const typed = fields(request.body)
      const values = { ...typed, version: current?.version ?? typed.version }
      return showPlan(request, reply.code(made.status), component, { values, errors: made.errors, current })
    }
    reply.flash('Saved.')
    return reply.redirect(`/admin/components/${component.id}/way-back`, 303)
  })
}

type Kept = { values: Record<string, unknown>; errors: Record<string, string>; current: unknown }

async function showPlan(request: FastifyRequest, reply: FastifyReply, component: Component, kept: Kept) {
  const { ctx } = request
  return reply.view('/rollbacks/plan', {
    title: `How ${component.name} is rolled back`,
    component,
    lanes: await lanesNow(ctx, component.id),
    walked: await lastWalked(ctx, component.id),
    choices: choicesOf(kept.values),
    may_admin: may(request, 'admin'),
    receiver_secret: takeOver(request, reply, { path: pageOfPlan(component.id), id: component.id }),
    ...(await receiverForm(ctx, component.id)),
    ...kept,
  })
}

/** Where the component stands: what is live in each environment, and what it could go back to. */
async function lanesNow(ctx: Context, component_id: string) {
  const lanes = []
  for (const { id: environment_id, name } of await listEnvironments(ctx)) {
    const lane = { component_id, environment_id }
    const { live, target, safe, reasons, readiness } = await targetFor(ctx, lane)
    if (!live) continue
    const [back, there] = [await usualSeconds(ctx, lane), await usualReleaseSeconds(ctx, lane)]
    lanes.push({
      environment: name,
      live: { id: live.id, name: nameOf(live) },
      target: target && { id: target.id, name: nameOf(target) },
      look: safe ? stateLooks[readiness?.state ?? 'degraded'] : stateLooks.not_ready,
      reasons: reasons.map(({ words }) => words),
      takes: back === null ? null : seconds(back),
      release_takes: there === null ? null : seconds(there),
    })
  }
  return lanes
}

async function lastWalked(ctx: Context, component_id: string) {
  const drill = await newestDrill(ctx, component_id)
  if (!drill?.drill_at) return null
  const { id, drill_at: at, environment } = drill
  return { id, at, environment, ago: duration(at, nowText(ctx)) }
}

function choicesOf(values: Record<string, unknown>) {
  const choices = (field: string, words: readonly string[], shown: Record<string, string>) => [
    { value: '', words: 'Not said', selected: !values[field] },
    ...words.map((value) => ({ value, words: shown[value] ?? value, selected: values[field] === value })),
  ]
  return {
    rollback_method: choices('rollback_method', rollbackMethods, methodWords),
    artifact_retained: choices('artifact_retained', yesOrNo, keptWords),
    data_compat: choices('data_compat', yesOrNo, compatWords),
  }
}
