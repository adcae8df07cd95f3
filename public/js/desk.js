// On an incident's pages: the undo leaves when its time is over, who else is here stays true, a template fills in at once.
for (const form of document.querySelectorAll('[data-undo]')) {
  setTimeout(() => form.remove(), form.dataset.undo * 1000)
}

const presence = document.querySelector('[data-presence]')
if (presence) setInterval(lookAround, 30_000)

async function lookAround() {
  if (document.hidden) return
  const page = await pageFrom(presence.dataset.presence).catch(() => null)
  const fresh = page?.getElementById('presence')
  if (fresh) presence.replaceChildren(...fresh.childNodes)
}

document.querySelector('[data-fill]')?.addEventListener('click', async (event) => {
  const { target } = event
  const { form } = target
  event.preventDefault()
  const body = new URLSearchParams(new FormData(form))
  body.set(target.name, target.value)
  const page = await pageFrom(target.formAction, { method: 'POST', body }).catch(() => null)
  const filled = page?.getElementById('form')
  if (!filled) return form.requestSubmit(target) // the answer of the server says what is wrong
  for (const name of ['title', 'body', 'state']) {
    if (form.elements[name] && filled.elements[name]) form.elements[name].value = filled.elements[name].value
  }
  document.getElementById('fill-note').textContent = page.getElementById('fill-note')?.textContent ?? ''
  form.dispatchEvent(new Event('input', { bubbles: true }))
  form.elements.body.focus()
})

async function pageFrom(address, options) {
  const answer = await fetch(address, options)
  if (!answer.ok || answer.redirected) return null
  return new DOMParser().parseFromString(await answer.text(), 'text/html')
}
