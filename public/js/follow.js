// Follows a rollback on the pages of releases and incidents: asks for the page again and puts the panel in place while
// somebody waits for it. Without this script a link does: a page that came anew by itself would lose what is being typed.
const every = 3000
const panel = () => document.getElementById('way-back')

async function look() {
  if (document.hidden) return
  try {
    const answer = await fetch(location, {
      headers: { accept: 'text/html' },
      signal: AbortSignal.timeout(10_000),
    })
    if (!answer.ok || answer.redirected) return
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const fresh = page.getElementById('way-back')
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
