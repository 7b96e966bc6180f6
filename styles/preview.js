// Follows the book: hears of each new view by server-sent events and shows it, where the text has changed. Nothing is
// kept; what is asked for comes from the preview's own server.
"use strict";
(() => {
  const by = id => document.getElementById(id);
  const frame = by("frame"), sheets = by("sheets"), pages = by("pages");
  let edition = -1; // of the text that the frame shows
  let paper = ""; // the pages that are listed

  const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  // --- The text

  const pageOf = () => frame.contentWindow.location.pathname.replace(/^\/site\//, "");

  // The way from the body to an element: scripts of the page make the same elements each time.
  function wayTo(element) {
    const way = [];
    for (let one = element; one?.parentElement && one.localName !== "body"; one = one.parentElement) {
      if (one.id) return [...way, one.id];
      way.push([...one.parentElement.children].indexOf(one));
    }
    return way;
  }

  function at(way, document) {
    let one = document.body;
    for (const step of [...way].reverse()) {
      one = typeof step === "string" ? document.getElementById(step) : one?.children[step];
    }
    return one;
  }

  const numbers = place => [...place.split(":").slice(1).map(Number), 0, 0].slice(0, 2); // a place may be a whole line
  const isBefore = ([line, column], [other, otherColumn]) => line < other || (line === other && column <= otherColumn);

  // The element that was written at a place "file:line:column", or the last one before it.
  function written(place, document) {
    let found = null;
    const file = place.split(":")[0], asked = numbers(place);
    for (const one of document.querySelectorAll("main [ketapub-place]")) {
      const own = one.getAttribute("ketapub-place");
      if (own.split(":")[0] !== file || !isBefore(numbers(own), asked)) continue;
      if (!found || isBefore(numbers(found.getAttribute("ketapub-place")), numbers(own))) found = one;
    }
    return found;
  }

  function point(element) {
    if (!element) return;
    const box = element.getBoundingClientRect(), height = frame.clientHeight;
    if (box.top < height * .15 || box.bottom > height) element.scrollIntoView({ block: "center", behavior: "instant" });
    if (!still()) element.animate([{ backgroundColor: "#f3bd4c80" }, {}], { duration: 1500 });
  }

  let loaded = null; // what to do with the page once it is there; whoever asks last has it

  frame.addEventListener("load", () => {
    for (const link of frame.contentDocument.querySelectorAll("a[href^='http']")) {
      link.target = "_blank"; // nothing from elsewhere is shown in the frame
      link.rel = "noopener";
    }
    loaded?.(frame.contentDocument);
    loaded = null;
  });

  function load(page, then) {
    loaded = then;
    if (page === pageOf()) frame.contentWindow.location.reload();
    else frame.contentWindow.location.replace(`/site/${page}`);
  }

  function showText(place) {
    const { scrollX, scrollY } = frame.contentWindow, page = pageOf();
    const focused = document.activeElement === frame ? wayTo(frame.contentDocument.activeElement) : null;
    const stays = !place || place.page === page;
    load(stays ? (page === "blank" ? "index.html" : page) : place.page, shown => {
      if (stays) frame.contentWindow.scrollTo({ left: scrollX, top: scrollY, behavior: "instant" });
      if (place) point(written(place.at, shown));
      if (stays && focused) at(focused, shown)?.focus({ preventScroll: true });
    });
  }

  // --- The print pages

  function showPaper({ pages: listed, width, height, turned }) {
    while (pages.children.length > listed.length) pages.lastChild.remove();
    listed.forEach(([label, address], index) => {
      let line = pages.children[index];
      if (!line) {
        line = pages.appendChild(document.createElement("li"));
        line.append(document.createElement("img"), document.createElement("span"));
        line.firstChild.loading = "lazy";
      }
      const [picture, words] = line.children;
      Object.assign(picture, { alt: `Page ${label}`, width, height });
      if (picture.getAttribute("src") !== `/paper/${address}`) picture.src = `/paper/${address}`;
      words.textContent = label;
      if (label === turned) line.setAttribute("aria-current", "true");
      else line.removeAttribute("aria-current");
    });
    const current = pages.querySelector("[aria-current]");
    const top = current?.offsetTop - sheets.offsetTop - 12;
    if (current) sheets.scrollTo({ top, behavior: still() ? "instant" : "smooth" });
  }

  // --- The problems

  function showProblems(problems) {
    by("told").hidden = !problems.length;
    by("problems-name").textContent = `Problems (${problems.length})`;
    if (problems.some(one => one.severity === "error")) by("told").open = true;
    const focused = [...by("list").querySelectorAll("button")].indexOf(document.activeElement);
    by("list").replaceChildren(...problems.map(({ text, severity, at, page }) => {
      const line = document.createElement("li"), words = line.appendChild(document.createElement("pre"));
      line.className = severity;
      words.textContent = text;
      if (page) {
        const button = line.appendChild(document.createElement("button"));
        button.textContent = `Show ${at}`;
        button.addEventListener("click", () => {
          if (page === pageOf()) point(written(at, frame.contentDocument));
          else load(page, shown => point(written(at, shown)));
        });
      }
      return line;
    }));
    if (focused >= 0) (by("list").querySelectorAll("button")[focused] ?? by("problems")).focus();
  }

  // --- All of it

  const events = new EventSource("/events");
  let shown = "";

  events.addEventListener("message", ({ data }) => {
    const view = JSON.parse(data);
    by("title").textContent = view.title ? `: ${view.title}` : "";
    document.title = `${view.errors ? "✗ " : ""}Preview${view.title ? `: ${view.title}` : ""}`;
    if (view.edition && view.edition !== edition) {
      showText(edition < 0 ? null : view.place);
      edition = view.edition;
    }
    const listed = JSON.stringify(view.paper);
    if (listed !== paper) showPaper(view.paper);
    paper = listed;
    const problems = JSON.stringify(view.problems);
    if (problems !== shown) showProblems(view.problems);
    shown = problems;
    by("text").querySelector(".old").hidden = !view.screenIsOld;
    const old = by("paper").querySelector(".old");
    old.hidden = !view.paperIsOld;
    old.textContent = view.printing || view.reading ? "These are earlier pages: new ones are being made."
      : "These are earlier pages: the present text has errors.";
    say(view);
  });

  // One sentence at a time, and only at rest: a screen reader is not to hear each step.
  function say(view) {
    if (view.reading && view.edition) return;
    const warnings = view.problems.length - view.errors;
    const found = [view.errors && count(view.errors, "error"), warnings && count(warnings, "warning")].filter(Boolean);
    const state = view.reading ? "Reading the book …" : view.printing ? "Text rebuilt; print pages follow."
      : view.screenIsOld ? "Not rebuilt." : view.errors ? "Text rebuilt, print pages not."
      : view.paperIsOld ? "Text rebuilt; print pages follow." : "Rebuilt.";
    const words = found.length && !view.reading ? `${state} ${found.join(", ")}.` : state;
    if (by("state").textContent !== words) by("state").textContent = words;
  }

  events.addEventListener("error", () => {
    edition = -1; // another run may count anew
    by("state").textContent = "The preview has ended. This page waits for the next one.";
  });
})();
