// Short messages: read out by screen readers only, or shown for some seconds.

import { element } from "./elements.js";

/// Tells screen readers, when they have finished what they say.
export function announce(text) {
  const region = document.getElementById("announcements");
  // The same text twice is not a change: a space makes it one.
  region.textContent = region.textContent === text ? `${text} ` : text;
}

let timer = null;

/// Shows a message; `undo` takes back what it says.
export function toast(text, undo) {
  const region = document.getElementById("toast");
  const close = () => {
    clearTimeout(timer);
    region.hidden = true;
    region.replaceChildren();
  };
  region.replaceChildren(element("span", {}, text));
  if (undo) {
    region.append(element("button", { type: "button", class: "button", click: () => {
      close();
      undo();
    } }, "Undo"));
  }
  region.append(element("button", { type: "button", class: "toast-close", "aria-label": "Close", click: close }, "×"));
  region.hidden = false;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => (region.matches(":hover, :focus-within") ? wait() : close()), undo ? 15_000 : 6000);
  };
  wait();
}
