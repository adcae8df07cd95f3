// While an incident is being declared, asks the server again for the suspects and the preview. The form works without.
const form = document.querySelector('[data-declare]')
let waiting
let asking
let held = false

form?.querySelector('[data-look-again]')?.remove()
form?.addEventListener('input', () => {
  clearTimeout(waiting)
  waiting = setTimeout(ask, 400)
})
form?.addEventListener('focusout', () => {
  if (held) setTimeout(ask)
})

// what was typed before this script came is asked for at once
if ([...(form?.elements ?? [])].some(isChanged)) ask()

function isChanged({ value, defaultValue, checked, defaultChecked }) {
  return defaultValue !== undefined && (value !== defaultValue || checked !== defaultChecked)
}

async function ask() {
  asking?.abort()
  asking = new AbortController()
  try {
    const body = new URLSearchParams(new FormData(form))
    const answer = await fetch('/admin/incidents/draft', { method: 'POST', body, signal: asking.signal })
    if (!answer.ok || answer.redirected) return
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const seen = page.querySelector('[name=cause]:checked')?.value
    replace(document.getElementById('cause'), page.getElementById('cause'))
    held = seen !== form.elements.cause.value
    if (!held) replace(document.getElementById('preview'), page.getElementById('preview'))
  } catch (error) {
    if (error.name !== 'AbortError') console.warn('The preview could not be fetched.', error)
  }
}

/** What a person is choosing in is left alone until they go on. */
function replace(old, fresh) {
  if (!old || !fresh || old.contains(document.activeElement)) return
  old.replaceChildren(...fresh.childNodes)
}
