import { statusWords } from '../components/model.ts'
import { seconds } from '../platform/zone.ts'
import type { Facts } from './facts.ts'
import type { Way } from './way.ts'

type Row = { label: string; words: string; at: string | null }

/** The facts as operators read them beside the text. */
export function factRows(facts: Facts, way: Way | null): Row[] {
  const { seconds_to_notice: notice, seconds_to_restore: restore } = facts
  const row = (label: string, words: string, at: string | null = null): Row => ({ label, words, at })
  return [
    row('Began', '', facts.began_at),
    row('Time to notice', notice === null ? 'Nobody said yet' : seconds(notice)),
    row('Time to restore', restore === null ? 'Not over yet' : seconds(restore)),
    ...facts.impacts.map((one) =>
      row(one.component.name, `${statusWords[one.status]} for ${seconds(one.seconds)}`),
    ),
    ...(way ? [row('Could it go back?', wayWords(way)), ...askedRow(way)] : []),
  ]
}

function askedRow({ asked_at }: Way): Row[] {
  return asked_at ? [{ label: 'Asked for', words: '', at: asked_at }] : []
}

/** "Yes: back to 2.13.4 in 3 min, the release had taken 11 min" */
function wayWords({ possible, reason, to_version, took_seconds, release_took_seconds }: Way) {
  if (possible === false) return `No: ${reason}`
  if (possible === null) return 'Nothing spoke against it, and nobody did'
  const to = to_version === null ? 'Yes' : `Yes: back to ${to_version}`
  if (took_seconds === null) return to
  const beside =
    release_took_seconds === null ? '' : `, the release had taken ${seconds(release_took_seconds)}`
  return `${to} in ${seconds(took_seconds)}${beside}`
}
