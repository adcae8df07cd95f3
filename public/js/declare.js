// While an incident is declared or told of, asks the server again for what depends on what was typed: the suspects, the
// way back, the moments, the preview. One key chooses in a row, Ctrl+Enter publishes. The form works without.
const form = document.querySelector('[data-preview]')
const parts = ['cause', 'preview', 'started_words', 'ended_words', 'told']
let waiting
let asking
let held = false

for (const hint of document.querySelectorAll('[data-key-hint]')) hint.hidden = false
form?.querySelector('[data-look-again]')?.remove()
form?.addEventListener('input', () => {
  clearTimeout(waiting)
  waiting = setTimeout(ask, 400)
})
form?.addEventListener('focusout', () => {
  if (held) setTimeout(ask)
})
form?.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault()
    form.requestSubmit(document.getElementById('publish'))
  } else if (!event.ctrlKey && !event.metaKey && !event.altKey) choose(event)
})

if (form) {
  const zone = form.elements.own_zone
  if (zone) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? ''
  // what was typed before this script came is asked for at once, and the own zone is news to a new form
  const isNews = zone?.value !== zone?.defaultValue || 'kept' in form.dataset
  if (isNews || [...form.elements].some(isChanged)) ask()
}

function isChanged({ type, value, defaultValue, checked, defaultChecked }) {
  return (
    type !== 'hidden' && defaultValue !== undefined && (value !== defaultValue || checked !== defaultChecked)
  )
}

/** "3" in a row chooses the third of its words. */
function choose(event) {
  const row = event.target.closest('.level')
  const radio = /^[1-9]$/.test(event.key) && row?.querySelectorAll('input[type=radio]')[event.key - 1]
  if (!radio) return
  event.preventDefault()
  event.stopPropagation()
  radio.focus()
  radio.click()
}

async function ask() {
  asking?.abort()
  asking = new AbortController()
  try {
    const body = new URLSearchParams(new FormData(form))
    const answer = await fetch(form.dataset.preview, { method: 'POST', body, signal: asking.signal })
    if (!answer.ok || answer.redirected) return
    show(new DOMParser().parseFromString(await answer.text(), 'text/html'))
  } catch (error) {
    if (error.name !== 'AbortError') console.warn('The preview could not be fetched.', error)
  }
}

function show(page) {
  const seen = page.querySelector('[name=cause]:checked')?.value
  for (const id of parts) {
    if (id === 'preview' && held) continue
    replace(document.getElementById(id), page.getElementById(id))
    if (id === 'cause') held = form.elements.cause !== undefined && seen !== form.elements.cause.value
  }
  const [button, fresh] = [document.getElementById('publish'), page.getElementById('publish')]
  if (button && fresh && !held) button.textContent = fresh.textContent
}

/** What a person is choosing in is left alone until they go on. */
function replace(old, fresh) {
  if (!old || !fresh || old.contains(document.activeElement)) return
  old.replaceChildren(...fresh.childNodes)
}
