/** Secrets by their looks: ours, and those that tools which we call or are called by give out. */
const secrets =
  /\b(?:shl_|slk_|whsec_|gh[a-z]_|github_pat_|gl[a-z]{2,8}-)[\w+/=-]{8,}|(?<=\b(?:bearer|basic)\s+)[\w.~+/=-]{8,}|(?<=\b(?:token|secret|password|passwd|api_?key|_csrf|code)=)[^&\s"'\\]+|(?<=:\/\/[^\s/:@"]{0,100}:)[^\s/@"]+(?=@)/gi
/** What a terminal takes for an order, or a reader of lines for another line, though JSON leaves it as it is. */
const orders = /[\u007f-\u009f\u2028\u2029]/g

type Fault = { name?: string; message?: string; stack?: string; code?: unknown; cause?: unknown }
type Told = { type: string; message: string; stack: string; code?: unknown; cause?: unknown }

/**
 * How the server logs: one JSON object a line, without secrets. A fault is told by its kind, words, code and place
 * alone: what else it carries may be what somebody typed. Whatever looks like a secret is taken out of the line.
 */
export function logging(level: string) {
  return {
    level,
    stream: process.stderr,
    redact: ['req.headers.authorization', 'req.headers.cookie'],
    serializers: { err: toldFault },
    hooks: { streamWrite: safeLine },
  }
}

function toldFault(fault: Fault, depth = 0): Told {
  const { name = 'Error', message = String(fault), stack = '', code, cause } = fault ?? {}
  const told = { type: name, message, stack, code }
  return cause && depth < 3 ? { ...told, cause: toldFault(cause, depth + 1) } : told
}

/** A line of the log as it may be read by many. */
export function safeLine(line: string): string {
  return line
    .replace(secrets, '[redacted]')
    .replace(orders, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
