import type { Reading } from './model.ts'

/** What an operator is told once a rule is kept. */
export function replayedWords(replayed: number) {
  if (replayed === 0) return 'The rule is kept. Nothing waited for it.'
  return `${eventsCounted(replayed)} that waited ${replayed === 1 ? 'was' : 'were'} replayed.`
}

/** What an operator is told once a delivery was read again. */
export function readingWords({ reading, outcome, reason, added, matched_now }: Reading) {
  if (outcome === 'invalid') return `It was read again. It came to this: ${reason}`
  const came = [
    added > 0 && `${eventsCounted(added)} more than before`,
    matched_now > 0 && `${eventsCounted(matched_now)} found the component`,
  ].filter(Boolean)
  if (came.length > 0) return `It was read again: ${came.join(', ')}.`
  if (reading === 'more') return 'It was read again: more is known of the same events.'
  if (reading === 'same') return 'It was read again: the same as before.'
  const now = outcome === 'ignored' ? `It came to this: ${reason}` : 'What was kept of it stays.'
  return `It was read again, and says something else now. ${now}`
}

export function eventsCounted(events: number) {
  return events === 1 ? 'One event' : `${events} events`
}
