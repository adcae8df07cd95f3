// Follows what somebody waits for (a rollback, the first delivery of a source): asks for the page again and puts the
// panel in place. Without this script a link does: a page that came anew by itself would lose what is being typed.
const every = 3000
const { id } = document.querySelector('[data-follow]')
const panel = () => document.getElementById(id)

async function look() {
  if (document.hidden) return
  try {
    const answer = await fetch(location, {
      headers: { accept: 'text/html' },
      signal: AbortSignal.timeout(10_000),
    })
    if (!answer.ok || answer.redirected) return
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const fresh = page.getElementById(id)
    if (!fresh || fresh.innerHTML === panel().innerHTML) return
    // what somebody types or stands on stays
    if (panel().contains(document.activeElement) && fresh.dataset.follow) return
    panel().replaceWith(fresh)
    if (!fresh.dataset.follow) clearInterval(timer)
  } catch {
    // the next look may find it
  }
}

const timer = setInterval(look, every)
document.addEventListener('visibilitychange', look)
