// The API reference without this script is whole but for two things: finding, and trying.
const find = document.querySelector('[data-find]');
find.addEventListener('input', () => {
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const item of document.querySelectorAll('[data-operation]')) {
    const text = item.dataset.operation.toLowerCase();
    item.hidden = !words.every((word) => text.includes(word));
  }
  for (const area of document.querySelectorAll('nav details')) {
    area.hidden = !area.querySelector('li:not([hidden])');
  }
});
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && !event.target.closest('input, textarea')) {
    event.preventDefault();
    find.focus();
  }
});

const as = document.querySelector('[data-try-as]');
as.hidden = false;
as.addEventListener('submit', (event) => event.preventDefault());
for (const form of document.querySelectorAll('[data-try]')) {
  form.hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send(form);
  });
}

/** What was written into a form, in its three places; `missing` names a part of the path that is empty. */
function request(form) {
  const headers = { Accept: 'application/json' };
  const query = new URLSearchParams();
  let path = form.dataset.path;
  let missing = '';
  for (const input of form.querySelectorAll('input')) {
    const [place, name] = [input.name.slice(0, input.name.indexOf(':')), input.name.slice(input.name.indexOf(':') + 1)];
    const value = input.value.trim() || (name === 'tenant' ? as.elements.tenant.value.trim() : '');
    if (place === 'path') {
      path = path.replace(`{${name}}`, encodeURIComponent(value));
      missing ||= value ? '' : name;
    } else if (value && place === 'query') {
      query.set(name, value);
    } else if (value) {
      headers[name] = value;
    }
  }
  if (as.elements.key.value.trim()) headers.Authorization = `Bearer ${as.elements.key.value.trim()}`;
  const body = form.elements.body?.value;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  return { url: path + (query.size ? `?${query}` : ''), headers, body, missing };
}

async function send(form) {
  const output = form.querySelector('output');
  const button = form.querySelector('button');
  const { url, headers, body, missing } = request(form);
  if (missing) {
    say(output, 'bad', `Fill in ${missing}: it is part of the path.`);
    return;
  }
  button.disabled = true;
  const start = performance.now();
  try {
    const answer = await fetch(url, { method: form.dataset.method, headers, body, redirect: 'manual', credentials: 'omit', cache: 'no-store' });
    const text = await answer.text();
    const took = Math.round(performance.now() - start);
    say(output, answer.ok ? 'good' : 'bad', `${answer.status} in ${took} ms, ${answer.headers.get('Tenon-Request-Id') ?? 'no request id'}`, pretty(text));
  } catch {
    say(output, 'bad', 'No answer came. Check that the server runs.');
  } finally {
    button.disabled = false;
  }
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text.slice(0, 100000);
  }
}

/** Says what came; as text, whatever it holds. */
function say(output, kind, line, body = '') {
  const first = document.createElement('p');
  first.className = kind;
  first.textContent = line;
  output.replaceChildren(first);
  if (body) {
    const block = document.createElement('pre');
    block.tabIndex = 0;
    block.textContent = body;
    output.append(block);
  }
}
