// The API key: asked for when the server answers 401, kept for this tab, or in this browser where the user wants that.

import { element } from "./elements.js";

const name = "swiftlet.key";

// The key also lives here, for browsers that let a page store nothing.
let inMemory = null;

function read(storage) {
  try {
    return window[storage].getItem(name);
  } catch {
    return null;
  }
}

/// The key to send, or null.
export function currentKey() {
  return inMemory ?? read("sessionStorage") ?? read("localStorage");
}

/// Whether the key outlives this tab.
export function keyIsKept() {
  return read("localStorage") !== null;
}

/// Sets the key; null or "" forgets it.
export function setKey(key, keep) {
  inMemory = key || null;
  for (const storage of ["sessionStorage", "localStorage"]) {
    try {
      const wanted = key && (storage === "localStorage") === keep;
      if (wanted) window[storage].setItem(name, key);
      else window[storage].removeItem(name);
    } catch {
      // Kept in memory only.
    }
  }
}

let pending = null;

/// Asks for a key; several requests that were refused at once share one question.
/// True when there is a key to try; `than` is the one that was refused, which another request may have replaced.
export function askForKey({ refused, than }) {
  if (!pending && currentKey() && currentKey() !== than) return Promise.resolve(true);
  pending ??= show(refused).finally(() => {
    pending = null;
  });
  return pending;
}

function show(refused) {
  return new Promise((resolve) => {
    const field = element("input", {
      id: "key-field", type: "password", autocomplete: "off", spellcheck: "false", required: true,
      "aria-describedby": "key-words",
    });
    const keep = element("input", { type: "checkbox", id: "key-keep" });
    keep.checked = keyIsKept();
    const dialog = element("dialog", { class: "dialog", "aria-labelledby": "key-title", id: "key-dialog" },
      element("form", { method: "dialog", submit },
        element("h2", { id: "key-title" }, "API key"),
        element("p", { id: "key-words" }, refused
          ? "The server does not know that key. Enter another one."
          : "This server wants a key: the one that it was started with (swiftlet serve --api-key)."),
        element("label", { class: "field", for: "key-field" }, "Key", field),
        element("label", { class: "check" }, keep, "Keep it in this browser; otherwise it is forgotten with this tab"),
        element("div", { class: "dialog-buttons" },
          element("button", { type: "button", class: "button", click: () => dialog.close() }, "Cancel"),
          element("button", { type: "submit", class: "button primary" }, "Use key"))));
    let entered = false;
    function submit() {
      // A header can hold no line breaks or characters beyond Latin-1: fetch would throw.
      const key = field.value.trim().replace(/[^\x21-\x7e]/g, "");
      entered = key !== "";
      if (entered) setKey(key, keep.checked);
    }
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(entered);
    });
    document.body.append(dialog);
    dialog.showModal();
    field.focus();
  });
}
