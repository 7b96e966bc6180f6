// Copies the link to a heading, shows a reference beside the citation that leads to it, and puts citations out of sight.
// Nothing is fetched or kept. What it adds to a page stands in its <template id="reader">, in the language of the book.
"use strict";
(() => {
  const template = document.getElementById("reader");
  if (!template) return;
  const part = name => template.content.querySelector(name).cloneNode(true);
  const targetOf = link => document.getElementById(decodeURIComponent(link.hash.slice(1)));

  function copyWithout(selector, element) {
    const copy = element.cloneNode(true);
    copy.querySelectorAll(selector).forEach(each => each.remove());
    return copy;
  }

  // --- A box beside a thing

  const GAP = 8; // CSS pixels: room for the ring of focus
  const small = window.matchMedia("(max-width: 40rem), (max-height: 30rem)"); // as in the style sheet

  // Under or over the thing, where there is room, and never upon it (WCAG 2.2, 2.4.11). A small window, and so one at
  // 400 %, has no room beside anything: there the box lies at its foot, and the page moves until the thing shows.
  function place(box, thing) {
    box.removeAttribute("style");
    makeRoom("");
    if (small.matches) {
      makeRoom(`${box.offsetHeight + GAP}px`);
      thing.scrollIntoView({ block: "nearest", behavior: "instant" });
      return;
    }
    const at = thing.getBoundingClientRect(), page = document.documentElement;
    const under = page.clientHeight - at.bottom - 2 * GAP, over = at.top - 2 * GAP;
    const goesUnder = under >= Math.min(over, box.offsetHeight);
    box.style.maxHeight = `${goesUnder ? under : over}px`;
    box.style.left = `${Math.max(GAP, Math.min(at.left, page.clientWidth - box.offsetWidth - GAP))}px`;
    box.style.top = `${goesUnder ? at.bottom + GAP : at.top - GAP - box.offsetHeight}px`;
  }

  // What is scrolled into view, the next focus too, stays above so much of the window's foot.
  function makeRoom(height) {
    document.documentElement.style.scrollPaddingBottom = document.body.style.paddingBottom = height;
  }

  // --- What is said

  const said = document.body.appendChild(part(".said"));
  let silence = 0;

  // To screen readers, in their next pause; beside a thing, if one is given, so that all can read it.
  function say(words, thing) {
    clearTimeout(silence);
    said.textContent = words;
    said.classList.toggle("beside", Boolean(thing));
    if (thing) place(said, thing);
    silence = setTimeout(hush, 6000);
  }

  function hush() {
    if (said.matches(".beside")) makeRoom("");
    said.textContent = "";
    said.classList.remove("beside");
  }

  // --- Links to headings

  // The button stands behind the heading: in it, it would be part of the heading's name.
  for (const heading of document.querySelectorAll(".chapter :is(h1, h2, h3, h4, h5, h6)[id][class*='level-']")) {
    const title = copyWithout(".citation, .noteref, [role=doc-pagebreak]", heading);
    title.querySelectorAll("math").forEach(each => each.replaceWith(each.getAttribute("alttext")));
    const button = part(".copy-link");
    button.title = button.title.replace("{heading}", () => title.textContent.trim());
    button.setAttribute("aria-label", button.title);
    button.addEventListener("click", () => copyLink(heading.id, button));
    heading.classList.add("has-link");
    heading.after(button);
  }

  async function copyLink(id, button) {
    const address = new URL(`#${id}`, location).href;
    try {
      await navigator.clipboard.writeText(address);
      say(said.dataset.copied, button);
    } catch { // refused, or no clipboard for pages
      history.replaceState(null, "", address);
      say(said.dataset.inAddress, button);
    }
  }

  // --- References beside citations

  // To screen readers the reference is the citation's description while that has the focus: read behind its name, easy
  // to stop and to hear again. A live region would talk over the name at each Tab; it speaks only where a click opened
  // the preview, for then nothing else tells of it. `aria-expanded` would promise a button, and this stays a link. The
  // preview follows it in the page, so that Tab and the reading cursor come there next.
  let cited = null; // the citation whose reference is shown
  let preview = null;
  let dismissed = null; // closed by its reader: it stays closed until the focus has been elsewhere

  const citationAt = place => place.closest("a[role='doc-biblioref'][href^='#']");

  // The entry that a citation leads to, if the list stands in this page. Any other link just goes.
  function referenceOf(citation) {
    const entry = citation && targetOf(citation);
    return entry?.matches(".references > li") ? entry : null;
  }

  function show(citation, reference) {
    hush();
    close();
    cited = citation;
    preview = part(".preview");
    preview.setAttribute("aria-label", citation.getAttribute("aria-label") || citation.textContent);
    const words = copyWithout(".backlinks, [role=doc-pagebreak]", reference);
    words.querySelectorAll("a").forEach(each => each.replaceWith(...each.childNodes));
    words.querySelectorAll("[id]").forEach(each => each.removeAttribute("id"));
    preview.querySelector(".preview-text").append(...words.childNodes);
    preview.querySelector("a").href = citation.getAttribute("href");
    preview.querySelector("button").addEventListener("click", dismiss);
    citation.after(preview);
    citation.setAttribute("aria-describedby", "preview-text");
    place(preview, citation);
  }

  function close() {
    if (!preview) return;
    preview.remove();
    cited.removeAttribute("aria-describedby");
    makeRoom("");
    cited = preview = null;
  }

  function dismiss() {
    const hadFocus = preview.contains(document.activeElement);
    dismissed = cited;
    close();
    if (hadFocus) dismissed.focus({ preventScroll: true });
  }

  // The keyboard's focus shows the reference. A pointer's does not: the page might move before the click.
  document.addEventListener("focusin", ({ target }) => {
    if (target === cited || preview?.contains(target)) return;
    close();
    const reference = referenceOf(citationAt(target));
    if (reference && target !== dismissed && target.matches(":focus-visible")) show(target, reference);
    if (target !== dismissed) dismissed = null;
  });

  // The first click or Enter shows the reference, the next goes there; a double click is one.
  document.addEventListener("click", event => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const citation = citationAt(event.target), reference = referenceOf(citation);
    const goes = citation === cited ? event.detail < 2 : preview?.querySelector("a").contains(event.target);
    if (goes && preview) setTimeout(close);
    if (goes || !reference) return;
    event.preventDefault();
    citation.focus({ preventScroll: true }); // not every browser does on a click
    if (citation !== cited) {
      show(citation, reference);
      say(preview.querySelector(".preview-text").textContent);
    }
  });

  // A tap elsewhere closes. A finger that scrolls does not: its pointer is cancelled, not lifted.
  document.addEventListener("pointerup", ({ target }) => {
    if (preview && !preview.contains(target) && citationAt(target) !== cited) close();
  });

  document.addEventListener("keydown", event => {
    if (event.key !== "Escape" || !preview) return;
    event.stopImmediatePropagation(); // the next one is for what lies behind
    dismiss();
  }, true);

  const follow = ({ type }) => { if (preview && (type === "resize" || !small.matches)) place(preview, cited); };
  window.addEventListener("resize", follow);
  window.addEventListener("scroll", follow, { capture: true, passive: true });

  // --- Citations out of sight

  const saysMore = element => /[\p{L}\p{N}]/u.test(copyWithout(".citation, .note-number", element).textContent);

  // A citation is needed where it is what is said: in a cell or line of its own, as a source, in a note.
  function isNeeded(citation) {
    const place = citation.closest("td, th, li, dd, p, figcaption, caption");
    return citation.matches(".note :not(.numeric)") || (place !== null && !saysMore(place));
  }

  // Citations, and the marks of notes that hold nothing else.
  function marks() {
    const isCitation = note => note?.querySelector(".citation") && !saysMore(note);
    return [...document.querySelectorAll(":is(.citation, .noteref):not(.source *)")].filter(mark =>
      mark.matches(".citation") ? !isNeeded(mark) : isCitation(targetOf(mark.querySelector("a"))));
  }

  // Out of sight for all, screen readers too, with the space before; returns how to undo it. Of "Rose et al. (2002)" the
  // names stay, of "(Rose et al., 2002)" nothing. What is put away keeps its place: ways back still lead to it.
  function putAway(mark) {
    const left = mark.matches(".citation:not(.numeric)") ? mark.textContent.replace(/\s*(\([^()]*\)|\[[^[\]]*\])/g, "") : "";
    if (left) {
      const nodes = [...mark.childNodes];
      mark.replaceChildren(left);
      return () => mark.replaceChildren(...nodes);
    }
    const before = mark.previousSibling, words = before?.data;
    if (words) before.data = words.trimEnd();
    mark.classList.add("put-away");
    return () => {
      if (words) before.data = words;
      mark.classList.remove("put-away");
    };
  }

  const control = document.querySelector(".citation-switch");
  if (!control || !marks().length) return;
  const box = control.querySelector("input");
  let undo = [];
  const apply = () => {
    undo.forEach(each => each());
    undo = box.checked ? marks().map(putAway) : [];
  };
  box.checked = false; // some browsers fill it in again
  control.hidden = false;
  box.addEventListener("change", event => {
    event.stopPropagation(); // not one of the settings that a form around it keeps
    apply();
  });
  box.form?.addEventListener("reset", () => setTimeout(apply));
})();
