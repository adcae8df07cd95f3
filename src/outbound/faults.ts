/** A call that came to nothing. `permanent`: to try again is no use. */
export type Failed = { error: string; permanent: boolean; status?: number; body_excerpt?: string }

export function failed(error: string, permanent = false, more: Partial<Failed> = {}): Failed {
  return { error, permanent, ...more }
}

const words: Record<string, (host: string) => string> = {
  ENOTFOUND: (host) => `The name ${host} was not found.`,
  EAI_AGAIN: (host) => `The name ${host} cannot be looked up right now.`,
  ECONNREFUSED: (host) => `Nothing listens at ${host}.`,
  ECONNRESET: (host) => `${host} closed the connection before it answered.`,
  EPIPE: (host) => `${host} closed the connection before it answered.`,
  UND_ERR_SOCKET: (host) => `${host} closed the connection before it answered.`,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: (host) => `${host} broke off before its answer was whole.`,
  ETIMEDOUT: (host) => `${host} cannot be reached.`,
  EHOSTUNREACH: (host) => `${host} cannot be reached.`,
  ENETUNREACH: (host) => `${host} cannot be reached.`,
  EADDRNOTAVAIL: (host) => `${host} cannot be reached.`,
  UND_ERR_CONNECT_TIMEOUT: (host) => `${host} cannot be reached.`,
  UND_ERR_HEADERS_OVERFLOW: (host) => `${host} answered with more headers than are read.`,
  ELSEWHERE: (host) => `The connection to ${host} ended up at an address that may not be called.`,
  CERT_HAS_EXPIRED: (host) => `The certificate of ${host} has expired.`,
  CERT_NOT_YET_VALID: (host) => `The certificate of ${host} is not valid yet.`,
  ERR_TLS_CERT_ALTNAME_INVALID: (host) => `The certificate at ${host} is for another name.`,
  DEPTH_ZERO_SELF_SIGNED_CERT: (host) => `The certificate of ${host} is signed by nobody but itself.`,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
}

function untrusted(host: string) {
  return `The certificate of ${host} is from an authority that this machine does not trust. NODE_EXTRA_CA_CERTS can name it.`
}

/** What went wrong with a connection, in plain words. Never the error's own text, which may hold what was sent. */
export function wordsOf(error: unknown, { host }: { host: string }): string {
  const code = codeOf(error)
  const known = words[code]
  if (known) return known(host)
  if (code.startsWith('HPE_')) return `What answers at ${host} does not speak HTTP.`
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) return `What answers at ${host} does not speak TLS.`
  return `The call to ${host} failed${code ? ` (${code})` : ''}.`
}

/** Two families tried at once fail with a list of errors; the first says enough. */
function codeOf(error: unknown): string {
  type Fault = { code?: unknown; errors?: unknown[]; cause?: unknown; name?: string }
  const { code, errors, cause, name } = error as Fault
  if (typeof code === 'string' && code !== '') return code
  if (name === 'HTTPParserError') return 'HPE_'
  const inner = errors?.[0] ?? cause
  return inner ? codeOf(inner) : ''
}
