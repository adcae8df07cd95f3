import { versionName } from '../components/live.ts'
import { clock, seconds, when } from '../platform/zone.ts'
import type { RequestState } from './progress.ts'
import type { WholeRequest } from './request-whole.ts'

type Place = { time_zone: string; now: string }
type Step = { at: string | null; words: string; tone: 'done' | 'now' | 'trouble' }

/** The way of a request in steps: "Asked 14:33 by Ada", "Accepted 14:33", "Running since 14:34", "Done 14:36". */
export function stepsOf(request: WholeRequest, place: Place): Step[] {
  const { progress, asked_at, asked_by } = request
  const { accepted_at, running_at, state } = progress
  const at = (moment: string) => when(moment, place.time_zone, place.now)
  const steps: Step[] = [{ at: asked_at, words: `Asked ${at(asked_at)} by ${asked_by}`, tone: 'done' }]
  if (accepted_at) {
    steps.push({ at: accepted_at, words: `Accepted ${at(accepted_at)} by ${hostOf(request)}`, tone: 'done' })
  }
  if (running_at && state !== 'running') {
    steps.push({ at: running_at, words: `Running since ${at(running_at)}`, tone: 'done' })
  }
  const last = lastStep(request, at)
  return [...steps, { ...last, tone: toneOf(state) }]
}

function lastStep(
  request: WholeRequest,
  at: (moment: string) => string,
): { at: string | null; words: string } {
  const { progress, asked_at } = request
  const { over_at, state, release, running_at } = progress
  const moment = over_at ? ` ${at(over_at)}` : ''
  const words: Record<RequestState, string> = {
    asked: request.attempts ? `Not taken yet, tried ${times(Number(request.attempts))}` : 'On its way',
    accepted: 'Waiting for the first word of it',
    running: `Running since ${at(running_at ?? asked_at)}${usualWords(request)}`,
    done: `Done${moment}: ${tookWords(request)}`,
    failed: `Failed${moment}`,
    silent: 'Silent: nothing heard for three times as long as it usually takes',
    refused: `Not taken${moment}: ${progress.failure ?? 'no reason was given'}`,
    overtaken: `Overtaken${moment}: ${(release && versionName(release)) ?? 'another version'} went live instead`,
    withdrawn: `Taken back${moment}${request.ended_by ? ` by ${request.ended_by}` : ''}`,
  }
  return { at: over_at, words: words[state] }
}

/** "3 min, the release had taken 11 min" */
function tookWords({ took_seconds, release_took_seconds, to_name }: WholeRequest) {
  const took = took_seconds === null ? `${to_name} is live again` : seconds(took_seconds)
  return release_took_seconds === null
    ? took
    : `${took}, the release had taken ${seconds(release_took_seconds)}`
}

function usualWords({ usual_seconds }: WholeRequest) {
  return usual_seconds === null ? '' : `, usually done in ${seconds(usual_seconds)}`
}

/** What a person who looks at it now can do; null: nothing but wait, or nothing any more. */
export function nextStep(request: WholeRequest, { time_zone }: Place): string | null {
  const { progress, to_name } = request
  const host = hostOf(request)
  const words: Partial<Record<RequestState, string>> = {
    accepted: progress.patient_until
      ? `If nothing is heard until ${clock(progress.patient_until, time_zone)}, look at ${host}.`
      : `Look at ${host} if this lasts.`,
    failed: `Look at its run, then ask again, or follow the runbook. If ${to_name} cannot be put back, roll forward and say why.`,
    silent: `Look at ${host}. If it did go back, record the rollback by hand; if not, ask again or follow the runbook.`,
    refused:
      'Mend the address or the token under “Way back” on the component’s page and ask again, or follow the runbook.',
    overtaken: 'If that version works, all is well. If not, ask again: the way back is worked out anew.',
  }
  return words[progress.state] ?? null
}

/** One sentence on where it stands, for the head of the panel. */
export function requestHeadline(request: WholeRequest): string {
  const { from_name, to_name, progress, drill_at } = request
  const what = drill_at ? 'Drill: going' : 'Rolling'
  const words: Record<RequestState, string> = {
    asked: `${what} back to ${to_name}: asked`,
    accepted: `${what} back to ${to_name}: accepted`,
    running: `${what} back to ${to_name}`,
    done: `Rolled back to ${to_name}`,
    failed: `Going back to ${to_name} failed`,
    silent: `No word of the rollback to ${to_name}`,
    refused: `Nobody took the wish to go back to ${to_name}`,
    overtaken: `Something else went live instead of ${to_name}`,
    withdrawn: `The wish to leave ${from_name} was taken back`,
  }
  return words[progress.state]
}

function toneOf(state: RequestState): Step['tone'] {
  if (['asked', 'accepted', 'running'].includes(state)) return 'now'
  return state === 'done' || state === 'withdrawn' ? 'done' : 'trouble'
}

function hostOf({ call_url }: WholeRequest) {
  return call_url && URL.canParse(call_url) ? new URL(call_url).host : 'the receiver'
}

function times(count: number) {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`
}
