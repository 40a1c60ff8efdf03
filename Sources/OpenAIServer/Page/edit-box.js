// Editing a text in its place.

import { element } from "./elements.js";

/// Puts a box for editing in the place of an element until the user saves or cancels.
/// `saved` gets the new text; an empty one cannot be saved. Enter saves, Escape cancels.
export function editInPlace(target, { text, label, action, note, saved, opener }) {
  const field = element("textarea", { class: "edit-field", "aria-label": label, rows: "1" });
  field.value = text;
  const close = () => {
    form.replaceWith(target);
    opener?.focus();
  };
  const form = element("form", {
    class: "edit",
    submit: (event) => {
      event.preventDefault();
      if (field.value.trim() === "") return;
      form.replaceWith(target);
      saved(field.value);
    },
    keydown: (event) => {
      if (event.isComposing) return;
      if (event.key === "Escape") {
        event.stopPropagation();
        close();
      } else if (event.key === "Enter" && !event.shiftKey && event.target === field) {
        event.preventDefault();
        form.requestSubmit();
      }
    },
  },
  field,
  element("div", { class: "edit-buttons" },
    note ? element("small", {}, note) : null,
    element("button", { type: "button", class: "button", click: close }, "Cancel"),
    element("button", { type: "submit", class: "button primary" }, action)));
  target.replaceWith(form);
  growWithText(field);
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}

/// Keeps a text area as tall as its text; its style sheet says how tall that may become.
export function growWithText(field) {
  const fit = () => {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
  };
  field.addEventListener("input", fit);
  fit();
  return fit;
}
