import type { PublicIncident } from '../incidents/public-fields.ts'
import type { Context } from '../platform/context.ts'
import { seconds } from '../platform/zone.ts'
import { publicFactsOf } from '../postmortems/reading.ts'
import type { Way } from '../postmortems/way.ts'
import type { Words } from '../site/words/index.ts'

/** What was learned from an incident, with the facts in words; null while nothing is published. */
export async function postmortemOnPage(ctx: Context, incident: PublicIncident, words: Words) {
  const { postmortem, cause_release } = incident
  if (!postmortem) return null
  const { facts, way } = await publicFactsOf(ctx, incident)
  const { postmortem: t, status, time, past } = words
  const fact = (label: string, said: string | null) => (said === null ? [] : [{ words: label, said }])
  const cause = cause_release && `${cause_release.component.name} ${cause_release.version ?? ''}`.trim()
  return {
    ...postmortem,
    facts: [
      ...fact(past.incident.cause, cause),
      ...fact(t.how_noticed, postmortem.how_noticed),
      ...fact(t.to_notice, inWords(facts.seconds_to_notice, time)),
      ...fact(t.to_restore, inWords(facts.seconds_to_restore, time)),
      ...facts.impacts.flatMap((one) =>
        fact(one.component.name, t.hurt(status[one.status], seconds(one.seconds, time))),
      ),
      ...fact(t.way_back, way && wayIn(way, words)),
    ],
  }
}

function inWords(total: number | null, time: Words['time']) {
  return total === null ? null : seconds(total, time)
}

function wayIn(
  { possible, reason, took_seconds, release_took_seconds }: Way,
  { postmortem: t, time }: Words,
) {
  if (possible === false) return t.no(reason ?? '')
  if (possible === null) return t.not_tried
  if (took_seconds === null) return t.yes
  const took = seconds(took_seconds, time)
  return release_took_seconds === null
    ? t.yes_in(took)
    : t.yes_beside(took, seconds(release_took_seconds, time))
}
