// What stands inside a line of Markdown: emphasis, code, links. Builds nodes as it reads, in time that grows with the
// length of the text: CommonMark's delimiter stack, and a limit to how deep marks nest.

import { element } from "./elements.js";

const deepest = 12;
const mostOpen = 1000;
const punctuation = /[!-/:-@[-`{-~]/;
const bareAddress = /https?:\/\/[^\s<>"`*[\]]{1,2000}/y;
const bracketed = /<((?:https?:\/\/|mailto:)[^\s<>]+|[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+)>/y;
const target = /\([ \t]*(?:<([^<>\n]*)>|([^\s()]*(?:\([^\s()]*\)[^\s()]*)*))(?:[ \t]+"[^"\n]*")?[ \t]*\)/y;

/// The nodes of a text.
export function renderInline(text) {
  return new InlineReader(text).read();
}

/// The address if a link may go there, else null: the web and mail only.
export function safeAddress(text) {
  try {
    const address = new URL(text);
    return ["http:", "https:", "mailto:"].includes(address.protocol) ? address.href : null;
  } catch {
    return null;
  }
}

function link(address, ...children) {
  return element("a", { href: address, rel: "noopener noreferrer", target: "_blank" }, ...children);
}

class InlineReader {
  constructor(text) {
    this.text = text;
    this.place = 0;
    this.plain = "";
    this.root = document.createDocumentFragment();
    this.marks = []; // Runs of * _ ~ that are not matched yet.
    this.brackets = []; // Opening brackets that are not matched yet.
    this.unclosedCode = new Set(); // Lengths of backtick runs that have no second half in the rest of the text.
    this.depths = new WeakMap();
  }

  read() {
    while (this.place < this.text.length) {
      const character = this.text[this.place];
      const read = InlineReader.readers[character];
      if (!(read && read.call(this))) {
        this.plain += character;
        this.place += 1;
      }
    }
    this.flush();
    this.matchMarks(0);
    this.root.normalize();
    return this.root;
  }

  flush() {
    if (this.plain) this.root.append(this.plain);
    this.plain = "";
  }

  add(node, length) {
    this.flush();
    this.root.append(node);
    this.place += length;
    return true;
  }

  static readers = {
    "\\"() {
      const next = this.text[this.place + 1];
      if (next === undefined || !punctuation.test(next)) return false;
      this.plain += next;
      this.place += 2;
      return true;
    },
    "\n"() {
      this.plain = this.plain.replace(/(?: {1,8}|\\)$/, "");
      return this.add(element("br"), 1);
    },
    "`"() {
      const length = this.runLength("`");
      let end = this.unclosedCode.has(length) ? -1 : this.place + length;
      const run = "`".repeat(length);
      while (end >= 0) {
        end = this.text.indexOf(run, end);
        if (end < 0) break;
        let after = end;
        while (this.text[after] === "`") after += 1;
        if (after - end === length) break;
        end = after;
      }
      if (end < 0) {
        this.unclosedCode.add(length);
        this.plain += run;
        this.place += length;
        return true;
      }
      let code = this.text.slice(this.place + length, end).replaceAll("\n", " ");
      if (code.startsWith(" ") && code.endsWith(" ") && code.trim() !== "") code = code.slice(1, -1);
      return this.add(element("code", {}, code), end + length - this.place);
    },
    "<"() {
      bracketed.lastIndex = this.place;
      const match = bracketed.exec(this.text);
      const address = match && safeAddress(/^(https?|mailto):/.test(match[1]) ? match[1] : `mailto:${match[1]}`);
      return address ? this.add(link(address, match[1]), match[0].length) : false;
    },
    "h"() {
      if (this.place > 0 && /[\p{L}\p{N}]/u.test(this.text[this.place - 1])) return false;
      bareAddress.lastIndex = this.place;
      let found = bareAddress.exec(this.text)?.[0];
      if (!found) return false;
      found = found.replace(/[.,;:!?']{1,8}$/, "");
      while (found.endsWith(")") && found.split(")").length > found.split("(").length) found = found.slice(0, -1);
      const address = safeAddress(found);
      return address ? this.add(link(address, found), found.length) : false;
    },
    "["() {
      return this.openBracket("[", false);
    },
    "!"() {
      return this.text[this.place + 1] === "[" ? this.openBracket("![", true) : false;
    },
    "]"() {
      const opening = this.brackets.pop();
      if (!opening) return false;
      target.lastIndex = this.place + 1;
      const match = this.text[this.place + 1] === "(" ? target.exec(this.text) : null;
      if (!match) return false;
      this.flush();
      this.matchMarks(opening.marks);
      this.place += 1 + match[0].length;
      const address = safeAddress(match[1] ?? match[2]);
      if (!address) {
        opening.node.remove();
        return true;
      }
      const inside = after(opening.node);
      // An image is a link to it: what a model writes must not make the browser fetch anything.
      const made = link(address, ...inside);
      if (opening.isImage && made.textContent === "") made.append("image");
      this.depths.set(made, this.depthAround(inside));
      opening.node.replaceWith(made);
      // No links in links.
      this.brackets = [];
      return true;
    },
    "*"() {
      return this.addMark("*");
    },
    "_"() {
      return this.addMark("_");
    },
    "~"() {
      return this.runLength("~") === 2 ? this.addMark("~") : false;
    },
  };

  runLength(character) {
    let end = this.place;
    while (this.text[end] === character) end += 1;
    return end - this.place;
  }

  openBracket(mark, isImage) {
    const node = document.createTextNode(mark);
    this.add(node, mark.length);
    this.brackets.push({ node, isImage, marks: this.marks.length });
    return true;
  }

  addMark(character) {
    const length = this.runLength(character);
    const before = this.text[this.place - 1] ?? " ";
    const behind = this.text[this.place + length] ?? " ";
    const isSpace = (text) => /\s/.test(text);
    const isPunctuation = (text) => /[\p{P}\p{S}]/u.test(text);
    const opens = !isSpace(behind) && (!isPunctuation(behind) || isSpace(before) || isPunctuation(before));
    const closes = !isSpace(before) && (!isPunctuation(before) || isSpace(behind) || isPunctuation(behind));
    const node = document.createTextNode(character.repeat(length));
    this.add(node, length);
    const inWord = character === "_" && opens && closes;
    this.marks.push({
      node, character, length, original: length, both: opens && closes,
      opens: opens && (!inWord || isPunctuation(before)), closes: closes && (!inWord || isPunctuation(behind)),
    });
    return true;
  }

  /// Pairs the marks from a place in the stack on, and takes them off it.
  matchMarks(bottom) {
    const open = []; // Openers in order, each of them still in the tree.
    const barren = new Map(); // Below which place in `open` a kind of closer has nothing to look for.
    for (const mark of this.marks.splice(bottom)) {
      const kind = `${mark.character}${mark.opens}${mark.original % 3}`;
      while (mark.closes && mark.length > 0) {
        let index = open.length - 1;
        const floor = barren.get(kind) ?? 0;
        while (index >= floor && !fits(open[index], mark)) index -= 1;
        if (index < floor) {
          barren.set(kind, open.length);
          break;
        }
        open.length = index + 1;
        for (const [other, place] of barren) if (place > index) barren.set(other, index);
        this.wrap(open[index], mark);
        if (open[index].length === 0) open.pop();
      }
      if (mark.opens && mark.length > 0 && open.length < mostOpen) open.push(mark);
    }
  }

  depthAround(nodes) {
    return 1 + nodes.reduce((most, node) => Math.max(most, this.depths.get(node) ?? 0), 0);
  }

  wrap(opener, closer) {
    const used = closer.character === "~" || (opener.length >= 2 && closer.length >= 2) ? 2 : 1;
    const inside = between(opener.node, closer.node);
    const depth = this.depthAround(inside);
    for (const mark of [opener, closer]) mark.length -= used;
    if (depth <= deepest) {
      for (const mark of [opener, closer]) mark.node.data = mark.node.data.slice(used);
      const made = element(closer.character === "~" ? "del" : used === 2 ? "strong" : "em", {}, ...inside);
      this.depths.set(made, depth);
      opener.node.after(made);
    }
  }
}

function fits(opener, closer) {
  if (opener.character !== closer.character) return false;
  const bothWays = opener.both || closer.both;
  return !(bothWays && (opener.original + closer.original) % 3 === 0
    && (opener.original % 3 !== 0 || closer.original % 3 !== 0));
}

function between(first, last) {
  const nodes = [];
  for (let node = first.nextSibling; node !== last; node = node.nextSibling) nodes.push(node);
  return nodes;
}

const after = (node) => between(node, null);
