// Adds the reader's own clock beside the page's and never swaps it. The pages are whole without this.
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' })

for (const time of document.querySelectorAll('time[datetime*="T"]')) {
  const at = new Date(time.dateTime)
  if (Number.isNaN(at.getTime())) continue
  time.title = `${full.format(at)} your time`
  const own = clock.format(at)
  if (!time.hasAttribute('data-local') || time.textContent.includes(own)) continue
  const beside = document.createElement('span')
  beside.className = 'quiet'
  beside.textContent = ` (${own} your time)`
  time.after(beside)
}
