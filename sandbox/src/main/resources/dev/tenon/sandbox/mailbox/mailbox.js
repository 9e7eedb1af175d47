// Keeps the list fresh: asks for whatever came after the newest mail shown, and takes the list over
// from the server's page when there is something. Everything works without it.
const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];

function tellTimes() {
  for (const time of document.querySelectorAll("time[datetime]")) {
    const seconds = Math.max(0, Math.round((Date.now() - Date.parse(time.dateTime)) / 1000));
    const [unit, size] = units.find(([, each]) => seconds >= each) ?? units.at(-1);
    time.textContent = `${Math.floor(seconds / size)} ${unit} ago`;
  }
}

// Only the list changes: words being typed, a button about to be pressed and the focus stay.
async function takeOver() {
  const answer = await fetch(location.href, { cache: "no-store" });
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const focused = document.activeElement?.closest("[data-newest] a")?.getAttribute("href");
  for (const part of ["[data-count]", "[data-newest]"]) {
    document.querySelector(part).replaceWith(document.importNode(page.querySelector(part), true));
  }
  if (focused) {
    document.querySelector(`[data-newest] a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }
  tellTimes();
}

async function waitForMail() {
  for (;;) {
    try {
      const newest = document.querySelector("[data-newest]").dataset.newest;
      const answer = await fetch(`/api/messages?limit=1&wait_ms=25000&since=${newest}`);
      if (!answer.ok) return;
      if ((await answer.json()).data.length > 0) await takeOver();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 3000));
    }
  }
}

// What is on its way is asked for again, until it has arrived or a minute has passed.
async function followCourse() {
  for (let tries = 0; tries < 60 && document.querySelector("[data-course][data-waiting]"); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const shown = document.querySelector("[data-course]");
    if (shown.contains(document.activeElement)) continue;
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-course]");
    if (fresh) shown.replaceWith(document.importNode(fresh, true));
  }
}

tellTimes();
if (document.querySelector("[data-course]")) followCourse();
setInterval(tellTimes, 5000);
if (document.querySelector("[data-newest]")) waitForMail();
