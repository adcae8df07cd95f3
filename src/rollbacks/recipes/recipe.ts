/** What a receiver is told: the body of `rollback.requested`. */
export type Asked = {
  /** The request's id; the run that a receiver reports by it is known to answer it. */
  request: string
  /** Slug and name, as deploy tools and people call them. */
  component: string
  environment: string
  from: { version: string | null; commit: string | null; release: string }
  to: { version: string | null; commit: string | null; artifact: string | null; release: string }
  incident: { id: string; title: string; url: string } | null
  drill: boolean
  reason: string
  asked_by: string
  asked_at: string
  /** The page that follows it. */
  url: string
}

type Option = { name: string; label: string; hint: string; initial: string }

/** How one kind of tool is asked to roll back. */
export type Recipe = {
  kind: string
  label: string
  hint: string
  /** Which addresses can be one of this tool's, and what to say of others. */
  address: { example: string; pattern: RegExp; refusal: string }
  /** What the tool wants to see before it listens; null: nothing. */
  token: { label: string; hint: string } | null
  /** Whether calls carry a Standard Webhooks signature. */
  signed: boolean
  options: readonly Option[]
  /** What stands in the tool's own configuration. */
  setup: { words: string; snippet: string }
  call(given: { url: string; token: string; options: Record<string, string> }, asked: Asked): ToolCall
}

type ToolCall = {
  url: string
  headers: Record<string, string>
  body: string
  /** What is added to the body when it is sent, and never shown: a tool that takes its token nowhere else. */
  secret_tail?: string
}

/** The same facts without nesting, ten of them: as many as GitHub takes. Empty where nothing is known. */
export function flat({ from, to, incident, drill, ...asked }: Asked): Record<string, string> {
  return {
    request: asked.request,
    component: asked.component,
    environment: asked.environment,
    from: from.version ?? from.commit ?? '',
    to: to.version ?? to.commit ?? '',
    commit: to.commit ?? '',
    artifact: to.artifact ?? '',
    incident: incident?.id ?? '',
    reason: asked.reason,
    drill: String(drill),
  }
}

/** For tools whose variables are everybody's: `SHIPLOG_TO`. */
export function asVariables(asked: Asked): [name: string, value: string][] {
  return Object.entries(flat(asked)).map(([name, value]) => [`SHIPLOG_${name.toUpperCase()}`, value])
}
