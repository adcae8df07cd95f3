import { fault } from './model.ts'
import { type Place, type Typed, typedPromise, wallClock } from './typed.ts'

/** When a form wants to be published: a day and a clock, or a clock alone, which means the next time it shows that. */
export function typedSchedule(typed: Typed, place: Place): string {
  const { publish_on = '', publish_clock = '' } = typed
  const words = 'Write the day and the time at which to publish, like 15:30.'
  if (publish_clock === '') throw fault('publish_at', words)
  const at = publish_on ? wallClock(publish_on, publish_clock, place.time_zone) : nextAt(publish_clock, place)
  if (!at) throw fault('publish_at', words)
  return at
}

function nextAt(next_update_clock: string, place: Place): string | null {
  try {
    return typedPromise({ next_update_clock }, place)
  } catch {
    return null
  }
}
