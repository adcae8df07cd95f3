/** What can stand in a template's text as `{{component}}`, and what it becomes. */
export const slotWords = {
  component: 'the components that are affected',
  version: 'the version that caused it',
  time: 'what the page’s clock shows',
  title: 'what customers notice',
  next_update: 'when the next update is promised',
  page: 'the name of this page',
} as const
export type Slot = keyof typeof slotWords
export type SlotValues = Partial<Record<Slot, string>>

const slot = /\{\{\s*([^{}]*?)\s*\}\}/g

/** The names of slots that a text holds and nobody knows, each once. */
export function unknownSlots(text: string): string[] {
  return namesIn(text).filter((name) => !Object.hasOwn(slotWords, name))
}

/** The known slots that still stand in a text: customers would read the braces. */
export function openSlots(text: string): string[] {
  return namesIn(text).filter((name) => Object.hasOwn(slotWords, name))
}

function namesIn(text: string): string[] {
  return [...new Set([...text.matchAll(slot)].map(([, name = '']) => name))]
}

/** The text with its slots filled in. One that has no value yet stays, to be seen and filled in by hand. */
export function filledIn(text: string, values: SlotValues): string {
  return text.replace(slot, (whole, name: string) =>
    Object.hasOwn(slotWords, name) ? values[name as Slot] || whole : whole,
  )
}

/** The slots as a template writes them: "{{component}}, {{version}}". */
export function asSlots(names: string[]): string {
  return names.map((name) => `{{${name}}}`).join(', ')
}
