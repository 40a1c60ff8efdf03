// Making elements. Text becomes text nodes, never markup, so nothing that a model writes can be anything but text.

const svg = "http://www.w3.org/2000/svg";

/// An element with attributes and children: `element("button", { class: "quiet", click: stop }, "Stop")`.
/// A function is an event handler; true, false and null switch an attribute; a child that is null is left out.
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  setAttributes(made, attributes);
  append(made, children);
  return made;
}

/// The same for SVG.
export function drawing(tag, attributes = {}, ...children) {
  const made = document.createElementNS(svg, tag);
  setAttributes(made, attributes);
  append(made, children);
  return made;
}

function setAttributes(made, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
}

function append(made, children) {
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) made.append(child);
  }
}

/// A symbol of the sprite in index.html, hidden from screen readers: what it stands for is the button's label.
export function icon(name) {
  return drawing("svg", { class: "icon", "aria-hidden": "true" }, drawing("use", { href: `#icon-${name}` }));
}

/// A button that shows only a symbol; its name is read out and shown as a tooltip.
export function iconButton(symbol, label, click, attributes = {}) {
  return element("button", { type: "button", class: "icon-button", "aria-label": label, title: label, click,
    ...attributes }, icon(symbol));
}

/// An identifier that no other thing has. (`randomUUID` is missing where the page is not served over TLS.)
export function identifier() {
  return [...crypto.getRandomValues(new Uint8Array(9))].map((byte) => byte.toString(36).padStart(2, "0")).join("");
}

/// Puts a text on the clipboard, also where the page is served without TLS and the modern way is missing.
export async function copyText(text) {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Refused: try the old way.
    }
  }
  const field = element("textarea", { class: "visually-hidden", "aria-hidden": "true" });
  field.value = text;
  const focused = document.activeElement;
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  focused?.focus();
  return copied;
}

/// Offers a text as a file to keep.
export function download(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = element("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
