// What the pages gain from a script; without it everything still works.
// @ts-check

/** "3 min ago" in the same words that the server writes. @param {number} at @param {number} now */
export function relative(at, now) {
  const past = Math.floor(Math.abs(now - at) / 1000);
  const length =
    past < 1 ? "" :
    past < 60 ? `${past} s` :
    past < 3600 ? `${Math.floor(past / 60)} min` :
    past < 86400 ? `${Math.floor(past / 3600)} h` :
    `${Math.floor(past / 86400)} d`;
  if (!length) return "just now";
  return at > now ? `in ${length}` : `${length} ago`;
}

function freshen() {
  const now = Date.now();
  for (const time of document.querySelectorAll("time[datetime]:not([data-fixed])")) {
    const text = relative(Date.parse(time.getAttribute("datetime") ?? ""), now);
    if (time.textContent !== text) time.textContent = text;
  }
}

/** What a copy button copies: its own text, or that of the block it stands in. @param {Element} button */
const copied = (button) =>
  button.getAttribute("data-copy") || (button.parentElement?.querySelector("pre")?.textContent ?? "");

/** @param {Element} button */
async function copy(button) {
  const told = document.querySelector("[data-said]");
  try {
    await navigator.clipboard.writeText(copied(button));
    button.classList.add("copied");
    if (told) told.textContent = "Copied";
    setTimeout(() => {
      button.classList.remove("copied");
      if (told) told.textContent = "";
    }, 1200);
  } catch {
    // No clipboard on this origin: the text is marked, so that the keyboard copies it.
    const block = button.parentElement?.querySelector("pre");
    if (!block) button.textContent = button.getAttribute("data-copy");
    getSelection()?.selectAllChildren(block ?? button);
  }
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const button = target?.closest("[data-copy]");
  if (button) copy(button);
  for (const open of document.querySelectorAll("details.switch[open]")) {
    if (!target || !open.contains(target)) open.removeAttribute("open");
  }
});

document.addEventListener("change", (event) => {
  if (event.target instanceof HTMLSelectElement && event.target.matches("[data-submits]")) {
    event.target.form?.requestSubmit();
  }
});

document.addEventListener("submit", (event) => {
  if (!(event.target instanceof HTMLFormElement) || !event.target.matches("[data-theme-form]")) return;
  event.preventDefault();
  const root = document.documentElement;
  const set = root.dataset.theme;
  const dark = set ? set === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `tenon_theme=${root.dataset.theme}; Path=/; SameSite=Lax; Max-Age=31536000${secure}`;
});

/** j and k walk the rows, Enter opens one as any link. @param {number} step */
function walk(step) {
  const links = [...document.querySelectorAll("[data-row]")].map(
    (row) => /** @type {HTMLElement | null} */ (row.querySelector("a, button")));
  const at = links.findIndex((link) => link === document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step;
  links[next]?.focus();
}

document.addEventListener("keydown", (event) => {
  const target = event.target instanceof HTMLElement ? event.target : null;
  if (event.key === "Escape") {
    for (const open of document.querySelectorAll("details.switch[open]")) {
      open.removeAttribute("open");
      if (open.contains(target)) open.querySelector("summary")?.focus();
    }
    if (target?.matches("[data-search]")) target.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || target?.matches("input, select, textarea")) return;
  if (event.key === "/") {
    event.preventDefault();
    /** @type {HTMLElement | null} */ (document.querySelector("[data-search]"))?.focus();
  } else if (event.key === "j") {
    walk(1);
  } else if (event.key === "k") {
    walk(-1);
  }
});

// Shows the buttons that only a script makes useful, those that come later too.
document.documentElement.dataset.scripts = "";
freshen();
setInterval(freshen, 10_000);

// The editor of templates: the preview follows what is typed, Ctrl+S saves.
const editor = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-editor]"));
if (editor) {
  const preview = /** @type {HTMLButtonElement | null} */ (editor.querySelector("[data-preview]"));
  let typing = 0;
  const show = () => { if (preview) editor.requestSubmit(preview); };
  editor.addEventListener("input", (event) => {
    const field = event.target instanceof HTMLElement ? event.target : null;
    if (field?.matches("[data-narrow]")) {
      editor.querySelector("iframe")?.classList.toggle("narrow", /** @type {HTMLInputElement} */ (field).checked);
    } else if (field?.matches("[name=subject], [name=preheader], [name=html], [name=text], [name=data], [name=part]")) {
      clearTimeout(typing);
      typing = setTimeout(show, field.matches("[name=part]") ? 0 : 600);
    }
  });
  editor.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      editor.requestSubmit(editor.querySelector("[value=save]"));
    }
  });
}

document.addEventListener("submit", (event) => {
  const words = event.target instanceof HTMLElement ? event.target.dataset.asks : "";
  if (words && !confirm(words)) event.preventDefault();
});
