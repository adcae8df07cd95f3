// What is typed into a form marked data-draft is kept in this browser until it was sent. The form works without.
const sentKey = 'shiplog sent'
const unkept = ['hidden', 'password', 'file', 'submit']
const keyOf = (form) => `shiplog draft ${form.dataset.draft}`

// an answer that says "done" is the proof that what was sent has arrived; an error page or a cut line is none
const sent = sessionStorage.getItem(sentKey)
if (sent && document.querySelector('[data-done]')) localStorage.removeItem(sent)
sessionStorage.removeItem(sentKey)

for (const form of document.querySelectorAll('form[data-draft]')) {
  bringBack(form)
  let waiting
  form.addEventListener('input', () => {
    clearTimeout(waiting)
    waiting = setTimeout(() => keep(form), 300)
  })
  form.addEventListener('submit', (event) => {
    clearTimeout(waiting)
    keep(form, form.elements._form?.value)
    if (event.submitter?.dataset.fill === undefined) sessionStorage.setItem(sentKey, keyOf(form))
  })
}

addEventListener('keydown', (event) => {
  const button = document.querySelector('[data-keep]')
  if (!button || event.key.toLowerCase() !== 's' || !(event.ctrlKey || event.metaKey) || event.altKey) return
  event.preventDefault()
  button.form.requestSubmit(button)
})

function typedIn(form) {
  const fields = {}
  for (const field of form.elements) {
    const secret = unkept.includes(field.type) || /pass|token|secret/i.test(field.name)
    if (!field.name || secret || field.disabled || field.tagName === 'BUTTON') continue
    if (['radio', 'checkbox'].includes(field.type)) {
      if (field.checked) fields[field.name] = field.value
    } else fields[field.name] = field.value
  }
  return fields
}

/** `sent` is the form's own id once it was sent: the server knows by it whether it arrived. */
function keep(form, sent) {
  try {
    const draft = { at: new Date().toISOString(), fields: typedIn(form), sent }
    localStorage.setItem(keyOf(form), JSON.stringify(draft))
  } catch {
    // the browser's store is full or shut: typing goes on
  }
}

/** What was sent and had no answer, because the line was cut, may have arrived: then it is not offered again. */
async function bringBack(form) {
  const kept = read(keyOf(form))
  const proof = kept?.sent ? await proofOf(kept.sent) : null
  if (!proof) return restore(form, kept)
  localStorage.removeItem(keyOf(form))
  note(form, proof.parentElement.childNodes)
}

async function proofOf(sent) {
  const answer = await fetch(`/admin/sent/${sent}`).catch(() => null)
  if (!answer?.ok || answer.redirected) return null
  return new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('#sent a')
}

function restore(form, kept) {
  // what the server put there is shown as it is: what was refused, or a draft that was asked for
  if (!kept || 'kept' in form.dataset || document.getElementById('errors')) return
  const before = typedIn(form)
  const typed = Object.entries(kept.fields).filter(([name, value]) => before[name] !== value)
  const text = typed.some(([name]) => ['TEXTAREA', 'INPUT'].includes(form.elements[name]?.tagName))
  if (!text) return
  put(form, kept.fields)
  tell(form, kept, before)
  form.dispatchEvent(new Event('input', { bubbles: true }))
}

function put(form, fields) {
  for (const [name, value] of Object.entries(fields)) {
    if (form.elements[name] && 'value' in form.elements[name]) form.elements[name].value = value
  }
}

function note(form, parts) {
  const line = document.createElement('p')
  line.className = 'flash restored'
  line.setAttribute('role', 'status')
  line.append(...parts)
  form.before(line)
  return line
}

function tell(form, { at }, before) {
  const words = document.createElement('span')
  words.textContent = `Restored what you typed in this browser at ${new Date(at).toTimeString().slice(0, 5)}. `
  const discard = document.createElement('button')
  discard.type = 'button'
  discard.className = 'button button--link'
  discard.textContent = 'Discard'
  discard.addEventListener('click', () => {
    put(form, before)
    localStorage.removeItem(keyOf(form))
    line.remove()
  })
  const line = note(form, [words, discard])
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key))
  } catch {
    return null
  }
}
