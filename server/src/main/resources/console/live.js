// Keeps what stands in <tenon-live> as fresh as the server's page, without a reload. It asks for the
// same page again and takes over what changed; what stays is not touched, so that focus, selection
// and open details survive. Without a script the page is what it was when it was loaded.
// @ts-check

const EVERY_MS = 4_000;
const SLOWEST_MS = 60_000;
const PATIENCE_MS = 15_000;

/** What makes a node the same one in both pages. @param {Node} node */
const key = (node) => (node instanceof Element ? (node.getAttribute("data-key") ?? node.id) : "");

/** @param {Node} one @param {Node} other */
const same = (one, other) => one.nodeName === other.nodeName && key(one) === key(other);

/** @param {Element} from @param {Element} to */
function takeAttributes(from, to) {
  const opens = from.nodeName === "DETAILS";
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !(opens && name === "open")) from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value && !(opens && name === "open")) from.setAttribute(name, value);
  }
}

/** Makes `from` like `to`, keeping every node that is in both. @param {Element} from @param {Element} to */
export function takeOver(from, to) {
  takeAttributes(from, to);
  const named = new Map([...from.children].filter((child) => key(child)).map((child) => [key(child), child]));
  let at = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const name = key(wanted);
    /** @type {ChildNode | null | undefined} */
    let found = name ? named.get(name) : at;
    while (!name && found && key(found)) found = found.nextSibling;
    if (found && same(found, wanted)) {
      if (found === at) at = at.nextSibling;
      else from.insertBefore(found, at);
      if (!(found instanceof Element)) {
        if (found.nodeValue !== wanted.nodeValue) found.nodeValue = wanted.nodeValue;
      } else if (!(found instanceof HTMLTimeElement && found.dateTime === /** @type {HTMLTimeElement} */ (wanted).dateTime)) {
        // The words of a time are kept fresh elsewhere; they alone are no change.
        takeOver(found, /** @type {Element} */ (wanted));
      }
    } else {
      const made = document.importNode(wanted, true);
      if (name && made instanceof Element) made.classList.add("fresh");
      from.insertBefore(made, at);
    }
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

const control = /** @type {HTMLElement | null} */ (document.querySelector("[data-live]"));
/** Whether nothing is to come any more. @param {Element} region */
const settled = (region) => (region.getAttribute("settled") ?? "false") !== "false";
const regions = () => [...document.querySelectorAll("tenon-live[id]")];
let paused = false;
let over = false;
let wait = EVERY_MS;
let timer = 0;
/** The look on its way, which a newer one and a pause put an end to. */
let looking = new AbortController();

/** @param {"live" | "paused" | "lost" | "over"} state @param {string} word */
function tell(state, word) {
  if (!control) return;
  control.dataset.live = state;
  const text = control.querySelector("[data-live-word]");
  if (text && text.textContent !== word) text.textContent = word;
  control.querySelector("button")?.setAttribute("aria-pressed", String(!paused));
}

function later() {
  clearTimeout(timer);
  if (!paused && !over && !document.hidden) timer = setTimeout(look, wait);
}

function stop() {
  clearTimeout(timer);
  looking.abort();
}

async function look() {
  stop();
  looking = new AbortController();
  const { signal } = looking;
  try {
    const answer = await fetch(location.href, {
      headers: { "X-Tenon-Live": "1" },
      cache: "no-store",
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
    if (answer.status === 401) {
      over = true;
      tell("over", "Logged out. Log in again");
      return;
    }
    if (!answer.ok) throw new Error(`answered ${answer.status}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (signal.aborted) return;
    const focused = document.activeElement;
    for (const region of regions()) {
      const fresh = page.getElementById(region.id);
      if (fresh) takeOver(region, fresh);
    }
    // What is moved loses the focus.
    if (focused !== document.activeElement && focused instanceof HTMLElement && focused.isConnected) {
      focused.focus({ preventScroll: true });
    }
    wait = EVERY_MS;
    if (regions().every(settled)) {
      if (control) control.hidden = true;
      return;
    }
    tell("live", "Live");
  } catch {
    if (signal.aborted) return;
    wait = Math.min(wait * 2, SLOWEST_MS);
    tell("lost", "No answer, trying again");
  }
  later();
}

class TenonLive extends HTMLElement {
  connectedCallback() {
    if (settled(this)) return;
    if (control) control.hidden = false;
    tell("live", "Live");
    later();
  }
}
customElements.define("tenon-live", TenonLive);

control?.querySelector("button")?.addEventListener("click", () => {
  if (over) {
    // The server's page says how.
    location.reload();
    return;
  }
  paused = !paused;
  tell(paused ? "paused" : "live", paused ? "Paused" : "Live");
  if (paused) stop();
  else look();
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) stop();
  else if (!paused && !over && !regions().every(settled)) look();
});

// A page that is being left asks for nothing more, and an answer that it misses is no trouble.
addEventListener("pagehide", stop);
