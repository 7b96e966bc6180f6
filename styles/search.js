// The search page: asks Pagefind, which reads its index from this site and runs in this browser. What is searched for
// stands behind the # of the address, which browsers send to nobody.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const find = selector => document.querySelector(selector);
  const form = find(".search-form"), state = find(".search-state"), list = find(".search-results");
  const more = find(".search-more"), crisis = find(".search-crisis"), input = find("#site-query");
  const AT_ONCE = 8, PLACES = 3;
  let engine = null, hits = [], shown = 0, asked = 0;

  find(".without-script").hidden = true;
  if (location.protocol === "file:") {
    find(".search-off").hidden = false;
    return;
  }
  form.hidden = false;

  const plain = text => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
  const words = crisis ? JSON.parse(crisis.dataset.words).map(plain) : [];

  function load() {
    engine = engine || import("./pagefind/pagefind.js").then(async made => { await made.init(); return made; });
    return engine;
  }

  // Where no word fits, Pagefind falls back to words that the query begins with, down to a letter: no answer is better.
  function fits(hit, query) {
    const letters = text => plain(text).match(/[\p{L}\p{N}]+/gu) || [];
    const marked = letters(excerpt(hit.excerpt, "MARK").textContent), START = 3;
    return !marked.length || letters(query).some(word => marked.some(one => one.startsWith(word.slice(0, START))));
  }

  // An excerpt is markup with <mark> in it; nothing else of it counts.
  function excerpt(markup, only) {
    const out = document.createElement("p");
    for (const node of new DOMParser().parseFromString(markup, "text/html").body.childNodes) {
      if (only && node.nodeName !== only) continue;
      const made = node.nodeName === "MARK" ? document.createElement("mark") : document.createTextNode("");
      made.textContent = `${node.textContent.replace(/ (?=[.,])/g, "")}${only ? " " : ""}`;
      out.append(made);
    }
    return out;
  }

  function link(title, url) {
    const made = document.createElement("a");
    made.href = url;
    made.textContent = title;
    return made;
  }

  function item(hit) {
    const made = document.createElement("li"), head = document.createElement("h2");
    head.append(link(hit.meta.title, hit.url));
    made.append(head);
    const weight = place => place.weighted_locations.reduce((sum, one) => sum + one.weight, 0);
    // The title's own place is the page, which heads the item.
    const places = hit.sub_results.filter(place => place.url !== hit.url && place.title !== hit.meta.title)
      .sort((one, other) => weight(other) - weight(one)).slice(0, PLACES);
    if (!places.length || hit.sub_results.some(place => place.url === hit.url)) made.append(excerpt(hit.excerpt));
    if (places.length) {
      const inner = document.createElement("ul");
      for (const place of places) {
        const line = document.createElement("li");
        line.append(link(place.title, place.url), excerpt(place.excerpt));
        inner.append(line);
      }
      made.append(inner);
    }
    return made;
  }

  async function show(turn) {
    const next = await Promise.all(hits.slice(shown, shown + AT_ONCE).map(hit => hit.data()));
    if (turn !== asked) return;
    shown += next.length;
    const made = next.map(item);
    list.append(...made);
    more.hidden = shown >= hits.length;
    return made[0];
  }

  async function search() {
    const query = input.value.trim(), turn = ++asked;
    history.replaceState(null, "", query ? `#${encodeURIComponent(query)}` : location.pathname);
    if (crisis) crisis.hidden = !words.some(word => plain(query).includes(word));
    if (!query) {
      list.replaceChildren();
      state.textContent = "";
      more.hidden = true;
      return;
    }
    let found;
    try {
      found = await (await load()).search(query);
    } catch (error) {
      console.error(error);
      engine = null;
      find(".search-failed").hidden = false;
      return;
    }
    const fit = found.results.length && fits(await found.results[0].data(), query);
    if (turn !== asked) return;
    find(".search-failed").hidden = true;
    hits = fit ? found.results : [];
    shown = 0;
    list.replaceChildren();
    await show(turn);
    if (turn === asked) state.textContent = hits.length ? state.dataset.found.replace("{count}", hits.length) : state.dataset.none;
  }

  let waiting = 0;
  input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(search, 300); });
  input.addEventListener("focus", () => load().catch(() => { engine = null; }), { once: true });
  form.addEventListener("submit", async event => {
    event.preventDefault();
    clearTimeout(waiting);
    await search();
    const first = list.querySelector("a");
    if (first) first.focus();  // the results are where a reader wants to be
  });
  more.querySelector("button").addEventListener("click", async () => {
    const first = await show(asked);
    if (first) first.querySelector("a").focus();
  });
  input.value = decodeURIComponent(location.hash.slice(1));
  if (input.value) search();
});
