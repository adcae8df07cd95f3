type Line = { action: string; subject_kind: string; detail: Record<string, unknown> }

/** A journal line as a sentence without its actor: "created component Checkout". */
export function phraseOf({ action, subject_kind, detail }: Line): string {
  const verb = (action.split('.')[1] ?? action).replaceAll('_', ' ')
  const noun = (action.split('.')[0] ?? subject_kind).replaceAll('_', ' ')
  const name = [detail.name, detail.title, detail.email, detail.version].find(
    (word) => typeof word === 'string',
  )
  return [verb, noun, name ? `“${name}”` : ''].filter(Boolean).join(' ')
}
