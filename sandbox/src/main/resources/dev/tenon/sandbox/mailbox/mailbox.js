// Keeps the list fresh: asks for whatever came after the newest mail shown, and loads the page again
// when there is something. Everything works without it.
const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];

function tellTimes() {
  for (const time of document.querySelectorAll("time[datetime]")) {
    const seconds = Math.max(0, Math.round((Date.now() - Date.parse(time.dateTime)) / 1000));
    const [unit, size] = units.find(([, each]) => seconds >= each) ?? units.at(-1);
    time.textContent = `${Math.floor(seconds / size)} ${unit} ago`;
  }
}

// Resolves once nobody is typing in the search field: loading the page would lose the words.
function searchLeft() {
  const field = document.activeElement;
  return field instanceof HTMLInputElement
    ? new Promise((resolve) => field.addEventListener("blur", resolve, { once: true }))
    : Promise.resolve();
}

async function waitForMail(newest) {
  for (;;) {
    try {
      const answer = await fetch(`/api/messages?limit=1&wait_ms=25000&since=${newest}`);
      if (answer.ok && (await answer.json()).data.length > 0) {
        await searchLeft();
        location.reload();
        return;
      } else if (!answer.ok) {
        return;
      }
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 3000));
    }
  }
}

tellTimes();
setInterval(tellTimes, 5000);
const list = document.querySelector("[data-newest]");
if (list) {
  waitForMail(list.dataset.newest);
}
