type Asked = { status: number; headers: Headers; body: string }

/** Somebody who comes to a server by its socket and keeps cookies and form tokens; all that it is told is kept. */
export function visitor(address: string) {
  const cookies = new Map<string, string>()
  const told: (Asked & { path: string })[] = []
  let csrf = ''

  async function ask(path: string, more: RequestInit = {}): Promise<Asked> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { cookie, accept: 'text/html', ...(more.headers as Record<string, string>) }
    const answer = await fetch(`${address}${path}`, { redirect: 'manual', ...more, headers })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    const asked = { status: answer.status, headers: answer.headers, body: await answer.text() }
    csrf = /name="_csrf" value="([^"]+)"/.exec(asked.body)?.[1] ?? csrf
    told.push({ path, ...asked })
    return asked
  }

  return {
    ask,
    told,
    cookies,
    post: (path: string, fields: Record<string, string>) =>
      ask(path, {
        method: 'POST',
        body: new URLSearchParams({ _csrf: csrf, ...fields }),
        headers: { origin: address },
      }),
    /** JSON with a token. */
    json: (method: string, path: string, authorization: string, body?: object) =>
      ask(path, {
        method,
        headers: { authorization, accept: 'application/json', 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      }),
  }
}
