import type { z } from 'zod'
import { componentByIdOrSlug } from '../components/store.ts'
import { record } from '../journal/journal.ts'
import { type Context, inTransaction, nowText } from '../platform/context.ts'
import { Refusal } from '../platform/refusal.ts'
import { versionKinds } from '../releases/model.ts'
import { nameOf } from '../releases/reading.ts'
import { readSite } from '../site/store.ts'
import { badMarks, freezesInForce, openIncidents, unsettledReleases } from './findings.ts'
import { laneFor, type Named, standingOf } from './lane.ts'
import { headlineOf, isAllowed, type Reason, ReleaseCheck, reasonsFor } from './model.ts'
import { rulesOf } from './store.ts'
import { unanswered } from './unanswered.ts'

export type GateAnswer = {
  allowed: boolean
  words: string
  reasons: Reason[]
  component: { id: string; slug: string; name: string }
  environment: string
  name: string | null
  kind: string
  checked_at: string
}

/**
 * Whether a release may go out now, and why (not). Nothing but a bad mark stops a rollback: neither one that says so
 * nor one that history tells, whatever kind the tool gives it.
 */
export async function mayGoOut(ctx: Context, input: ReleaseCheck): Promise<GateAnswer> {
  const said = ReleaseCheck.parse(input)
  const { id, slug, name, archived_at } = await componentFor(ctx, said.component)
  if (archived_at) throw new Refusal('conflict', `${name} is archived: nothing of it goes out.`)
  const component = { id, slug, name }
  const asked = { version: said.version ?? null, commit: said.commit ?? null }
  const { environment, standing, findings } = await found(ctx, { component, asked, said })
  const goes_back = said.kind === 'rollback' || standing.goes_back
  const reasons = reasonsFor(findings, await rulesOf(ctx, id), { goes_back })
  if (said.kind === 'rollback' && isNamed(asked) && !standing.was_live) reasons.push(neverLive(asked))
  const what = isNamed(asked) ? nameOf(asked) : null
  return {
    allowed: isAllowed(reasons),
    words: wordsOf(reasons, headlineOf(reasons, { name: what, component: name, environment })),
    reasons,
    component,
    environment,
    name: what,
    kind: goes_back ? 'rollback' : (said.kind ?? 'deploy'),
    checked_at: nowText(ctx),
  }
}

type Question = { component: GateAnswer['component']; asked: Named; said: z.output<typeof ReleaseCheck> }

/** What each rule looks for and finds, whatever the component makes of it. */
async function found(ctx: Context, { component, asked, said }: Question) {
  const { lane, customers, name: environment } = await laneFor(ctx, component.id, said.environment)
  const standing = await standingOf(ctx, lane, asked)
  const { time_zone } = await readSite(ctx)
  const names = [ctx.actor.name, said.actor]
  const puts_version = versionKinds.includes(said.kind ?? 'deploy')
  const findings = [
    ...(await badMarks(ctx, component.id, asked)),
    ...(customers ? await openIncidents(ctx, component) : []),
    ...(customers ? await freezesInForce(ctx, component.id, { names, time_zone }) : []),
    ...unsettledReleases(standing),
    ...(puts_version
      ? await unanswered(ctx, component.id, { lane, asked, said: said.rollback ?? null })
      : []),
  ]
  return { environment, standing, findings }
}

/** Answers a pipeline that asks whether its release may go out, and keeps question and answer in the journal. */
export function askGate(ctx: Context, input: ReleaseCheck): Promise<GateAnswer> {
  return inTransaction(ctx, async (ctx) => {
    const answer = await mayGoOut(ctx, input)
    const { component, environment, name, kind, reasons } = answer
    const warned = reasons.some(({ level }) => level === 'warn')
    await record(ctx, {
      action: 'gate.asked',
      subject: ['component', component.id],
      detail: {
        component_id: component.id,
        version: name,
        environment,
        kind,
        actor: ReleaseCheck.parse(input).actor ?? null,
        answer: answer.allowed ? (warned ? 'yes, with a warning' : 'yes') : 'no',
        codes: reasons.filter(({ level }) => level !== 'passed').map(({ code }) => code),
      },
    })
    return answer
  })
}

async function componentFor(ctx: Context, name: string) {
  return componentByIdOrSlug(ctx, name).catch((error) => {
    if (!(error instanceof Refusal) || error.code !== 'not-found') throw error
    throw new Refusal('not-found', `There is no component “${name}”: ask by its slug or its id.`)
  })
}

function isNamed({ version, commit }: Named) {
  return version !== null || commit !== null
}

function neverLive(asked: Named): Reason {
  const words = `${nameOf(asked)} was never live there, as far as Shiplog knows: a rollback cannot go back to it.`
  return { code: 'never_live', level: 'warn', words, subject: null }
}

/** The headline, then what decided it: what stops, or else what to look at. */
function wordsOf(reasons: Reason[], headline: string) {
  const deciding = isAllowed(reasons) ? 'warn' : 'stop'
  const why = reasons.filter(({ level }) => level === deciding).map(({ words }) => words)
  return [headline, ...why].join(' ')
}
