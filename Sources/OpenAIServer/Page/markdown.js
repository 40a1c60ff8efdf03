// Markdown as elements, and the rendering of an answer while it grows.

import { copyText, element } from "./elements.js";
import { highlight, languageName } from "./highlight.js";
import { parseBlocks } from "./markdown-blocks.js";
import { renderInline } from "./markdown-inline.js";

function renderBlock(block) {
  switch (block.kind) {
    case "heading":
      // The page's own headings are h1 and h2: an answer's come below them.
      return element(`h${Math.min(6, block.level + 2)}`, { class: `level-${block.level}` }, renderInline(block.text));
    case "code":
      return renderCode(block);
    case "quote":
      return element("blockquote", {}, block.blocks.map(renderBlock));
    case "list":
      return renderList(block);
    case "table":
      return renderTable(block);
    case "rule":
      return element("hr");
    default:
      return element("p", {}, renderInline(block.text));
  }
}

function renderCode({ text, language, isOpen }) {
  const button = element("button", {
    type: "button", class: "copy-code",
    click: async () => {
      button.textContent = (await copyText(text)) ? "Copied" : "Not copied";
      setTimeout(() => (button.textContent = "Copy"), 1500);
    },
  }, "Copy");
  const name = languageName(language);
  return element("figure", { class: "code" },
    element("figcaption", {}, element("span", {}, name), isOpen ? null : button),
    element("pre", { tabindex: "0", role: "region", "aria-label": name ? `Code in ${name}` : "Code" },
      element("code", {}, highlight(text, language))));
}

function renderList({ first, isLoose, items }) {
  const attributes = first === null || first === 1 ? {} : { start: String(first) };
  return element(first === null ? "ul" : "ol", attributes, items.map((blocks) => {
    const made = element("li");
    blocks.forEach((block, index) => {
      const task = index === 0 && block.kind === "paragraph" ? /^\[([ xX])\] /.exec(block.text) : null;
      if (task) {
        made.classList.add("task");
        made.append(element("span", { role: "img", "aria-label": task[1] === " " ? "to do" : "done" },
          task[1] === " " ? "☐" : "☑"), " ");
        block = { ...block, text: block.text.slice(4) };
      }
      if (block.kind === "paragraph" && !isLoose) made.append(renderInline(block.text));
      else made.append(renderBlock(block));
    });
    return made;
  }));
}

function renderTable({ alignments, rows }) {
  const row = (tag, cells) => element("tr", {}, cells.map((cell, column) =>
    element(tag, { class: `align-${alignments[column]}`, scope: tag === "th" ? "col" : null }, renderInline(cell))));
  return element("div", { class: "table", tabindex: "0", role: "region", "aria-label": "Table" },
    element("table", {},
      element("thead", {}, row("th", rows[0])),
      element("tbody", {}, rows.slice(1).map((cells) => row("td", cells)))));
}

/// The part of a page that shows a text which grows at its end.
///
/// What can no longer change is never touched again: each step reads and renders only from the last block on that may
/// still grow, so a step costs as much for a long answer as for a short one.
export class GrowingText {
  /// `kind` is "markdown" or "plain".
  constructor(container, kind) {
    this.container = container;
    this.kind = kind;
    this.reset();
  }

  reset() {
    this.shown = "";
    this.settled = 0; // How much of the text is shown by elements that stay.
    this.tail = []; // The elements of the rest.
    this.container.replaceChildren();
  }

  /// Shows a text: the one shown before and what was added to it, or another one.
  update(text, isFinished) {
    if (!text.startsWith(this.shown)) this.reset();
    if (this.kind === "plain") {
      if (this.container.lastChild) this.container.lastChild.appendData(text.slice(this.shown.length));
      else this.container.append(text);
    } else {
      this.renderTail(text, isFinished);
    }
    this.shown = text;
  }

  renderTail(text, isFinished) {
    const rest = text.slice(this.settled);
    const blocks = parseBlocks(rest);
    for (const node of this.tail) node.remove();
    this.tail = [];
    // A block is settled once a whole line stands behind it: "2" after a list may yet become its next item, "2. …".
    const wholeLines = rest.lastIndexOf("\n") + 1;
    let settled = 0;
    blocks.forEach((block, index) => {
      const node = renderBlock(block);
      this.container.append(node);
      const next = blocks[index + 1];
      if (!isFinished && next && next.start < wholeLines) settled = next.start;
      else this.tail.push(node);
    });
    this.settled += settled;
  }
}

/// Calls `draw` at most once per frame, and so rarely that drawing takes at most a fifth of the time.
export class Pace {
  constructor(draw) {
    this.draw = draw;
    this.rest = 0;
    this.timer = null;
  }

  request() {
    const wait = Math.max(0, this.rest - performance.now());
    this.timer ??= setTimeout(() => requestAnimationFrame(() => this.now()), wait);
  }

  now() {
    clearTimeout(this.timer);
    this.timer = null;
    const start = performance.now();
    this.draw();
    const end = performance.now();
    this.rest = end + 4 * (end - start);
  }
}
