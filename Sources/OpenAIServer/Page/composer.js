// The field in which a message is written. What is written but not sent survives a reload.

import { growWithText } from "./edit-box.js";

const draftName = "swiftlet.draft";

export class Composer {
  /// `send(text)` says whether the text was taken; `editLast()` is what the up arrow does in an empty field.
  constructor(form, { send, stop, editLast }) {
    this.field = form.querySelector("textarea");
    this.sendButton = form.querySelector("#send");
    this.stopButton = form.querySelector("#stop");
    this.isRunning = false;
    this.take = send;
    this.fit = growWithText(this.field);
    try {
      this.field.value = sessionStorage.getItem(draftName) ?? "";
    } catch {
      // No drafts without storage.
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.stopButton.addEventListener("click", () => {
      stop();
      this.focus();
    });
    this.field.addEventListener("input", () => this.changed());
    this.field.addEventListener("keydown", (event) => {
      // While an input method composes, Enter chooses a word.
      if (event.isComposing) return;
      if (event.key === "Enter" && !event.shiftKey) {
        event.preventDefault();
        this.submit();
      } else if (event.key === "ArrowUp" && this.field.value === "") {
        event.preventDefault();
        editLast();
      }
    });
    this.changed();
  }

  changed() {
    this.fit();
    this.sendButton.disabled = this.field.value.trim() === "";
    try {
      sessionStorage.setItem(draftName, this.field.value);
    } catch {
      // The text is still in the field.
    }
  }

  submit() {
    if (this.isRunning || this.field.value.trim() === "" || !this.take(this.field.value)) return;
    this.write("");
  }

  write(text) {
    this.field.value = text;
    this.changed();
  }

  /// Puts a text there for the user to send or to change.
  begin(text) {
    this.write(text);
    this.focus();
  }

  focus() {
    // Where there is no keyboard, the focus would open one over half of the screen.
    if (matchMedia("(hover: hover)").matches) this.field.focus();
  }

  label(isChat) {
    const label = isChat ? "Message" : "Beginning of a text";
    document.getElementById("composer-label").textContent = label;
    this.field.placeholder = isChat ? "Write a message" : "Begin a text";
    this.fit();
  }

  showRunning(isRunning) {
    const hadFocus = [this.sendButton, this.stopButton].includes(document.activeElement);
    this.isRunning = isRunning;
    this.sendButton.hidden = isRunning;
    this.stopButton.hidden = !isRunning;
    if (hadFocus) this.focus();
  }
}
