/**
 * A text as one line, without control characters: what stands alone on a line, in a shell's log or a file for machines,
 * must not be able to begin another one (`::error::` there is a command to some pipelines).
 */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
}
