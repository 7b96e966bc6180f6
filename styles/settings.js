// What a reader has set: applied before the page is shown, changed in the top bar, kept in this browser's local storage
// and nowhere else. Without this script a page is as the book and the device have it.
"use strict";
(() => {
  const names = ["text-size", "line-width", "typeface", "colours"];
  const root = document.documentElement;

  // A browser may forbid storage altogether: then a choice holds for the page.
  const storage = action => { try { return action(window.localStorage); } catch { return null; } };

  function apply(name, value) {
    root.setAttribute(`data-${name}`, value);
    if (name === "colours") {
      const dark = { dark: "screen", light: "not all" };
      document.querySelector("link[media]").media = dark[value] || "screen and (prefers-color-scheme: dark)";
    }
  }

  for (const name of names) {
    const value = storage(kept => kept.getItem(`ketapub-${name}`));
    if (value) apply(name, value);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const drawer = document.querySelector(".settings");
    const form = drawer.querySelector("form");
    drawer.hidden = false;
    const show = () => names.forEach(name => {
      const value = root.getAttribute(`data-${name}`);
      for (const input of form.elements[name]) if (input.value === value) input.checked = true;
    });
    show();
    form.addEventListener("change", event => {
      apply(event.target.name, event.target.value);
      storage(kept => kept.setItem(`ketapub-${event.target.name}`, event.target.value));
    });
    form.addEventListener("submit", event => event.preventDefault());
    form.addEventListener("reset", () => names.forEach(name => {
      apply(name, "");
      root.removeAttribute(`data-${name}`);
      storage(kept => kept.removeItem(`ketapub-${name}`));
    }));

    // Escape closes what is open, and the focus goes back to what opened it.
    document.addEventListener("keydown", event => {
      const open = document.querySelector(".drawer[open]");
      if (event.key !== "Escape" || !open) return;
      open.open = false;
      open.querySelector("summary").focus();
    });
  });
})();
