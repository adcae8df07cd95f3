// Offers the browser's own time zone as the page's. A person can still write another.
const zone = document.querySelector('[data-zone-guess]')
const own = Intl.DateTimeFormat().resolvedOptions().timeZone
if (zone?.value === 'UTC' && own) zone.value = own
