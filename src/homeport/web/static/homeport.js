// What pages gain from JavaScript: palette, shortcuts, copying, live logs, the browser's time zone. Nothing needs it.

const palette = document.getElementById("palette");
const help = document.getElementById("keyboard-help");
const editable = "input, textarea, select, [contenteditable]";

const enhanced = navigator.clipboard ? "[data-copy], [data-opens]" : "[data-opens]";
for (const element of document.querySelectorAll(enhanced)) element.hidden = false;
document.documentElement.classList.add("has-script");

// ---- the browser's time zone, for who has not set one

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.includes("homeport_zone=")) {
  document.cookie = `homeport_zone=${encodeURIComponent(zone)}; path=/; max-age=31536000; samesite=lax`;
}

// ---- clicks

document.addEventListener("click", (event) => {
  const target = event.target;
  for (const details of document.querySelectorAll("details[data-closes][open]")) {
    if (!details.contains(target)) details.open = false;
  }
  if (target.closest("[data-opens-palette]")) {
    event.preventDefault();
    openPalette();
  }
  const opener = target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
  const choice = target.closest("details[data-closes] a[hx-get]");
  if (choice) closeMenus(choice);
  const copier = target.closest("[data-copy]");
  if (copier) copy(copier);
  if (target instanceof HTMLDialogElement) target.close();
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-pick-all]")) return;
  for (const box of document.querySelectorAll("[data-pick]")) box.checked = event.target.checked;
});

async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy);
  const label = button.getAttribute("aria-label");
  button.classList.add("is-done");
  button.setAttribute("aria-label", button.dataset.copied);
  setTimeout(() => {
    button.classList.remove("is-done");
    button.setAttribute("aria-label", label);
  }, 1500);
}

// ---- keys

const places = { h: "/", c: "/catalog", r: "/runs", f: "/findings" };
let goes = false;

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
  } else if (event.key === "Escape") {
    closeMenus(event.target);
  } else if (isShortcut(event)) {
    shortcut(event);
  }
});

function isShortcut(event) {
  const free = !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest(editable);
  return free && "shortcuts" in document.body.dataset && !document.querySelector("dialog[open]");
}

function shortcut(event) {
  if (goes && places[event.key]) go(places[event.key]);
  goes = event.key === "g";
  if (event.key === "/") focusSearch(event);
  if (event.key === "?") help.showModal();
  if (event.key === "j") step(1);
  if (event.key === "k") step(-1);
}

function go(href) {
  const link = document.querySelector(`.nav-item[href="${href}"]`);
  if (link) link.click();
}

function focusSearch(event) {
  event.preventDefault();
  const search = document.querySelector("[data-search]");
  if (search) search.select();
  else openPalette();
}

function step(distance) {
  const rows = [...document.querySelectorAll("[data-rows] .main-cell a")];
  const next = rows[rows.indexOf(document.activeElement) + distance];
  if (next) next.focus();
}

function closeMenus(target) {
  const details = target.closest("details[data-closes][open]");
  if (!details) return;
  details.open = false;
  details.querySelector("summary").focus();
}

// ---- palette: places by name at once, the catalog from the server a moment later

let asking;

function openPalette() {
  if (!palette.open) palette.showModal();
  palette.querySelector("input").select();
}

function paletteLinks() {
  return [...palette.querySelectorAll(".palette-item")].filter((link) => !link.closest("[hidden]"));
}

palette?.addEventListener("input", (event) => {
  const words = event.target.value.trim().toLowerCase();
  for (const item of palette.querySelectorAll("[data-palette-places] li")) {
    item.hidden = !item.textContent.toLowerCase().includes(words);
  }
  palette.querySelector(".palette-group").hidden = !palette.querySelector("[data-palette-places] li:not([hidden])");
  clearTimeout(asking);
  asking = setTimeout(() => findEntities(words), 150);
});

async function findEntities(words) {
  const found = palette.querySelector("[data-palette-found]");
  found.replaceChildren();
  if (words) {
    const headers = { "HX-Request": "true", "HX-Request-Type": "partial", Accept: "text/html" };
    const response = await fetch(`/search?q=${encodeURIComponent(words)}`, { headers }).catch(() => null);
    if (response?.ok) found.append(...nodes(await response.text()));
  }
  palette.querySelector("[data-palette-none]").hidden = paletteLinks().length > 0;
}

palette?.addEventListener("keydown", (event) => {
  const distance = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const links = paletteLinks();
  if (event.key === "Enter" && event.target.matches("input") && links.length && event.target.value) {
    event.preventDefault();
    links[0].click();
  }
  if (!distance || !links.length) return;
  event.preventDefault();
  const at = links.indexOf(document.activeElement);
  if (at + distance < 0) palette.querySelector("input").focus();
  else links[Math.min(at + distance, links.length - 1)].focus();
});

// ---- live: the server sends {target, html} to append to or put in place of an element, by its id

for (const element of document.querySelectorAll("[data-live]")) listen(element.dataset.live);

function listen(address, seen) {
  const url = new URL(address, location);
  if (seen) url.searchParams.set("after", seen);
  const source = new EventSource(url);
  const put = (change) => (event) => {
    seen = event.lastEventId || seen;
    place(event, change);
  };
  source.addEventListener("append", put((target, parts) => append(target, parts)));
  source.addEventListener("replace", put((target, parts) => target.replaceWith(...parts)));
  source.addEventListener("end", () => source.close());
  source.addEventListener("error", () => {
    // The browser comes back by itself after a broken connection, but not after an error of a proxy.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(address, seen), 3000);
  });
}

// ---- a link to a line of a long log leads there though the page shows other lines

const log = document.querySelector("[data-log]");
const wantedLine = /^#L(\d+)$/.exec(location.hash);
if (log && wantedLine && !document.getElementById(`L${wantedLine[1]}`) && !location.search.includes("line=")) {
  location.replace(`${log.dataset.log}?line=${wantedLine[1]}#L${wantedLine[1]}`);
}

function place(event, put) {
  const { target, html } = JSON.parse(event.data);
  const element = document.getElementById(target);
  if (element) put(element, nodes(html));
}

function append(target, parts) {
  const frame = target.closest(".log-scroll");
  const follows = frame && frame.scrollHeight - frame.scrollTop - frame.clientHeight < 40;
  target.append(...parts.filter((part) => !part.id || !document.getElementById(part.id)));
  if (follows) frame.scrollTop = frame.scrollHeight;
}

function nodes(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return [...template.content.childNodes];
}

// ---- notices leave, errors are read first

for (const toast of document.querySelectorAll("[data-toast]")) setTimeout(() => toast.remove(), 8000);
document.querySelector("[data-focus]")?.focus();
