// Keyboard shortcuts, and the list of them.

import { element } from "./elements.js";

const alt = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌥" : "Alt";

// By the place of the key, as Alt makes other characters on some keyboards.
const shortcuts = [
  { code: "KeyN", action: "create", label: "New conversation" },
  { code: "KeyR", action: "again", label: "Regenerate the last answer" },
  { code: "KeyB", action: "pair", label: "Side by side" },
  { code: "KeyS", action: "settings", label: "Settings" },
  { code: "KeyL", action: "list", label: "List of conversations" },
];

/// `actions` has a function for each of the shortcuts, `field` to go to the message field, and `stop`.
export function bindShortcuts(dialog, list, actions) {
  const rows = [
    [["Enter"], "Send"], [["Shift", "Enter"], "New line"], [["Esc"], "Stop"],
    [["↑"], "Edit the last message, in an empty field"], [["/"], "To the message field"],
    ...shortcuts.map(({ code, label }) => [[alt, code.slice(3)], label]), [["?"], "This list"],
  ];
  list.replaceChildren(...rows.map(([keys, label]) => element("div", {},
    element("dt", {}, keys.map((key) => element("kbd", {}, key))), element("dd", {}, label))));

  addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") {
      actions.stop();
      return;
    }
    if (event.altKey && !event.ctrlKey && !event.metaKey) {
      const shortcut = shortcuts.find(({ code }) => code === event.code);
      if (!shortcut) return;
      event.preventDefault();
      actions[shortcut.action]();
      return;
    }
    const isTyping = event.target.matches("input, textarea, select");
    if (isTyping || event.ctrlKey || event.metaKey) return;
    if (event.key === "?") dialog.showModal();
    else if (event.key === "/") actions.field();
    else return;
    event.preventDefault();
  });
}
