/** What was looked at, how it stands, what that means, and what to do about it. */
export type Finding = {
  check: string
  state: 'ok' | 'warn' | 'fail'
  says: string
  /** What to do; null: nothing. */
  advice: string | null
}

/** Ways to tell what came of one check. */
export function findingsOn(check: string) {
  const tell =
    (state: Finding['state']) =>
    (says: string, advice: string | null = null): Finding => ({ check, state, says, advice })
  return { ok: tell('ok'), warn: tell('warn'), fail: tell('fail') }
}

/** "1.5 GB" */
export function sizeWords(bytes: number): string {
  const [size, unit] =
    bytes < 1e6 ? [bytes / 1e3, 'kB'] : bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB']
  return `${Number(size.toPrecision(3))} ${unit}`
}

/** "3 minutes" */
export function spanWords(milliseconds: number): string {
  const seconds = Math.abs(milliseconds) / 1000
  const known: [number, string][] = [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ]
  const [size, name] = known.find(([size]) => seconds >= size) ?? [1, 'second']
  const count = Math.round(seconds / size)
  return `${count} ${name}${count === 1 ? '' : 's'}`
}
