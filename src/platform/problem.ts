import { STATUS_CODES } from 'node:http'

/** A problem as JSON tells it (RFC 9457): what the status is called, the words for a person, and further members. */
export function problemJson(status: number, detail: string, more: Record<string, unknown>) {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, ...more }
}
