// The list of conversations, with renaming, exporting and deleting.

import { isConversationRunning, stop } from "./answering.js";
import { allConversations, exported, importConversations, remove, rename, restore } from "./conversations.js";
import { download, element, iconButton } from "./elements.js";

const dayLength = 86_400_000;

/// The heading under which a conversation stands.
function period(time) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  if (time >= midnight) return "Today";
  if (time >= midnight - dayLength) return "Yesterday";
  if (time >= midnight - 7 * dayLength) return "The last seven days";
  return new Date(time).toLocaleDateString("en", { month: "long", year: "numeric" });
}

function fileName(title) {
  return title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 40) || "conversation";
}

export class Sidebar {
  /// `current()` is the conversation that is shown; `open(id)` shows another one, or a new one for null.
  constructor(list, { current, open, announce, offerUndo }) {
    Object.assign(this, { list, current, open, announce, offerUndo });
    this.renaming = null;
  }

  draw() {
    // Not under the user's hands: a list that is redrawn would lose the title that is being typed.
    if (this.renaming) return;
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const nodes = [];
    let heading = null;
    let items = null;
    for (const each of allConversations()) {
      if (period(each.updated) !== heading) {
        heading = period(each.updated);
        items = element("ul", { "aria-label": heading });
        nodes.push(element("h3", { "aria-hidden": "true" }, heading), items);
      }
      items.append(this.makeItem(each));
    }
    if (nodes.length === 0) {
      nodes.push(element("p", { class: "empty" }, "Conversations are kept in this browser, and nowhere else."));
    }
    this.list.replaceChildren(...nodes);
    if (focused) this.list.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  makeItem(each) {
    const isCurrent = each.id === this.current()?.id;
    const runs = isConversationRunning(each.id);
    const link = element("a", {
      href: `#${each.id}`, class: "conversation-link", "data-key": `open-${each.id}`, title: each.title,
      "aria-current": isCurrent ? "page" : null,
    }, element("span", {}, each.title),
    runs ? element("span", { class: "pulse", role: "img", "aria-label": "answering" }) : null);
    const item = element("li", { class: isCurrent ? "is-current" : "" }, link,
      element("div", { class: "actions" },
        iconButton("edit", `Rename ${each.title}`, () => this.beginRenaming(each, item),
          { "data-key": `rename-${each.id}` }),
        iconButton("download", `Export ${each.title}`, () => download(`${fileName(each.title)}.json`, exported([each])),
          { "data-key": `export-${each.id}` }),
        iconButton("delete", `Delete ${each.title}`, () => this.delete(each), { "data-key": `delete-${each.id}` })));
    return item;
  }

  beginRenaming(each, item) {
    const field = element("input", { type: "text", class: "rename", "aria-label": "Title", maxlength: "200" });
    field.value = each.title;
    this.renaming = each;
    const end = (keeps) => {
      if (this.renaming !== each) return;
      this.renaming = null;
      if (keeps) rename(each, field.value);
      this.draw();
      this.list.querySelector(`[data-key="rename-${each.id}"]`)?.focus();
    };
    field.addEventListener("keydown", (event) => {
      if (event.isComposing || (event.key !== "Enter" && event.key !== "Escape")) return;
      event.preventDefault();
      event.stopPropagation();
      end(event.key === "Enter");
    });
    field.addEventListener("blur", () => end(true));
    item.replaceChildren(field);
    field.focus();
    field.select();
  }

  delete(each) {
    const wasCurrent = each.id === this.current()?.id;
    const order = allConversations();
    const index = order.indexOf(each);
    const neighbour = order[index + 1] ?? order[index - 1];
    each.turns.flatMap((turn) => turn.answers).forEach(stop);
    remove(each);
    if (wasCurrent) this.open(null);
    if (neighbour) this.list.querySelector(`[data-key="open-${neighbour.id}"]`)?.focus();
    this.offerUndo(`“${each.title}” was deleted.`, () => {
      restore(each);
      if (wasCurrent) this.open(each.id);
    });
  }
}

/// Exports everything.
export function exportAll() {
  const day = new Date().toISOString().slice(0, 10);
  download(`swiftlet-conversations-${day}.json`, exported(allConversations()));
}

/// Lets the user choose files to import; `tell` gets what came of it.
export function importFiles(tell) {
  const chooser = element("input", { type: "file", accept: ".json,application/json", multiple: true });
  chooser.addEventListener("change", async () => {
    let count = 0;
    for (const file of chooser.files) {
      try {
        count += importConversations(await file.text());
      } catch (error) {
        tell(`${file.name}: ${error.message}`);
        return;
      }
    }
    tell(count === 1 ? "One conversation was imported." : `${count} conversations were imported.`);
  });
  chooser.click();
}
