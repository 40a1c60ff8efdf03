// Markdown's blocks: what begins on a line, and where it ends. Follows CommonMark and GitHub's tables, and is lenient
// where models are: nested lists may be indented by two, and every line break counts.
//
// Each line is looked at a bounded number of times per level, and levels are bounded, so that no text takes long.

const deepest = 8;

const fence = /^ {0,3}(`{3,}|~{3,})[ \t]*([^`\n]*)$/;
const heading = /^ {0,3}(#{1,6})(?:[ \t]|$)/;
const rule = /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const quote = /^ {0,3}>/;
const item = /^( {0,3})([-*+]|\d{1,9}[.)])([ \t]+|$)/;
const delimiters = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;

/// The blocks of a text, each with the place in the text at which it starts:
/// `{ kind: "heading", start, level, text }`, `{ kind: "code", start, language, text, isOpen }`,
/// `{ kind: "quote", start, blocks }`, `{ kind: "list", start, first, isLoose, items: [blocks] }`,
/// `{ kind: "table", start, alignments, rows: [[text]] }`, `{ kind: "rule", start }`,
/// `{ kind: "paragraph", start, text }`.
export function parseBlocks(text, depth = 0) {
  const lines = text.split("\n");
  const starts = [];
  let place = 0;
  for (const line of lines) {
    starts.push(place);
    place += line.length + 1;
  }
  const blocks = [];
  let index = 0;
  while (index < lines.length) {
    if (isBlank(lines[index])) {
      index += 1;
      continue;
    }
    const [block, next] = readBlock(lines, index, depth);
    blocks.push({ start: starts[index], ...block });
    index = next;
  }
  return blocks;
}

const isBlank = (line) => line.trim() === "";

function readBlock(lines, index, depth) {
  const line = lines[index];
  const fenced = fence.exec(line);
  if (fenced) return readCode(lines, index, fenced);
  const titled = heading.exec(line);
  if (titled) return [readHeading(line, titled[1].length), index + 1];
  if (rule.test(line)) return [{ kind: "rule" }, index + 1];
  if (depth < deepest && quote.test(line)) return readQuote(lines, index, depth);
  if (depth < deepest && item.test(line)) return readList(lines, index, depth);
  if (startsTable(lines, index)) return readTable(lines, index);
  return readParagraph(lines, index, depth);
}

/// Whether a line ends the paragraph above it.
function interrupts(lines, index, depth) {
  const line = lines[index];
  if (isBlank(line) || fence.test(line) || heading.test(line) || rule.test(line)) return true;
  if (depth < deepest && quote.test(line)) return true;
  const listed = depth < deepest && item.exec(line);
  // A number in running text, "in the year / 1984. That", begins no list; a 1 does.
  if (listed && listed[3] !== "" && (listed[2].length === 1 || parseInt(listed[2], 10) === 1)) return true;
  return startsTable(lines, index);
}

function readCode(lines, index, [, marks, information]) {
  const indent = lines[index].search(/\S/);
  const body = [];
  let next = index + 1;
  let isOpen = true;
  for (; next < lines.length; next += 1) {
    const line = lines[next];
    const trimmed = line.trim();
    if (trimmed.length >= marks.length && trimmed === marks[0].repeat(trimmed.length)) {
      isOpen = false;
      next += 1;
      break;
    }
    body.push(indent > 0 ? line.slice(Math.min(indent, Math.max(0, line.search(/\S|$/)))) : line);
  }
  const language = information.trim().split(/[\s,{]/)[0].toLowerCase();
  return [{ kind: "code", language, text: body.join("\n"), isOpen }, next];
}

function readHeading(line, level) {
  let text = line.trim().slice(level).trim();
  const unmarked = text.slice(0, text.length - trailing(text, "#"));
  if (unmarked === "" || /[ \t]$/.test(unmarked)) text = unmarked.trim();
  return { kind: "heading", level, text };
}

function trailing(text, mark) {
  let count = 0;
  while (count < text.length && text[text.length - 1 - count] === mark) count += 1;
  return count;
}

function readQuote(lines, index, depth) {
  const body = [];
  let next = index;
  for (; next < lines.length; next += 1) {
    if (quote.test(lines[next])) body.push(lines[next].replace(/^ {0,3}> ?/, ""));
    else if (body.at(-1).trim() !== "" && !interrupts(lines, next, depth)) body.push(lines[next]);
    else break;
  }
  return [{ kind: "quote", blocks: parseBlocks(body.join("\n"), depth + 1) }, next];
}

function readList(lines, index, depth) {
  const opening = item.exec(lines[index]);
  const isBullet = opening[2].length === 1;
  const mark = opening[2].at(-1);
  const items = [];
  let isLoose = false;
  let next = index;
  while (next < lines.length) {
    const begun = item.exec(lines[next]);
    const isSame = begun && begun[2].at(-1) === mark && (begun[2].length === 1) === isBullet;
    if (!isSame || rule.test(lines[next])) break;
    const space = begun[3].length;
    const width = begun[1].length + begun[2].length + (space === 0 || space > 4 ? 1 : space);
    // The least indent of a line that belongs to the item.
    const nested = Math.min(width, begun[1].length + 2);
    const body = [lines[next].slice(width)];
    next += 1;
    for (; next < lines.length; next += 1) {
      const line = lines[next];
      const indent = line.search(/\S/);
      if (indent < 0) {
        let after = next + 1;
        while (after < lines.length && isBlank(lines[after])) after += 1;
        if (after >= lines.length || lines[after].search(/\S/) < nested) break;
        for (; next < after - 1; next += 1) body.push("");
        body.push("");
      } else if (indent >= nested) {
        body.push(line.slice(Math.min(indent, width)));
      } else if (item.test(line) || body.at(-1).trim() === "" || interrupts(lines, next, depth)) {
        break;
      } else {
        body.push(line);
      }
    }
    const blocks = parseBlocks(body.join("\n"), depth + 1);
    items.push(blocks);
    if (blocks.filter((block) => block.kind === "paragraph").length > 1) isLoose = true;
    let after = next;
    while (after < lines.length && isBlank(lines[after])) after += 1;
    if (after > next && after < lines.length) {
      const following = item.exec(lines[after]);
      const goesOn = following && following[2].at(-1) === mark && (following[2].length === 1) === isBullet;
      if (!goesOn || rule.test(lines[after])) break;
      isLoose = true;
      next = after;
    }
  }
  return [{ kind: "list", first: isBullet ? null : parseInt(opening[2], 10), isLoose, items }, next];
}

function startsTable(lines, index) {
  const [head, line] = [lines[index], lines[index + 1]];
  if (line === undefined || !head.includes("|") || !line.includes("-") || !delimiters.test(line)) return false;
  return cells(head).length === cells(line).length;
}

function readTable(lines, index) {
  const alignments = cells(lines[index + 1]).map((cell) =>
    cell.endsWith(":") ? (cell.startsWith(":") ? "center" : "end") : "start");
  const rows = [cells(lines[index])];
  let next = index + 2;
  for (; next < lines.length && lines[next].includes("|") && !isBlank(lines[next]); next += 1) {
    const row = cells(lines[next]).slice(0, alignments.length);
    while (row.length < alignments.length) row.push("");
    rows.push(row);
  }
  return [{ kind: "table", alignments, rows }, next];
}

/// The cells of a row; `\|` is a bar in a cell.
function cells(line) {
  let row = line.trim();
  if (row.startsWith("|")) row = row.slice(1);
  if (row.endsWith("|") && !row.endsWith("\\|")) row = row.slice(0, -1);
  return row.split(/(?<!\\)\|/).map((cell) => cell.replaceAll("\\|", "|").trim());
}

function readParagraph(lines, index, depth) {
  const body = [lines[index].trimStart()];
  let next = index + 1;
  while (next < lines.length && !interrupts(lines, next, depth)) {
    body.push(lines[next].trimStart());
    next += 1;
  }
  return [{ kind: "paragraph", text: body.join("\n").trimEnd() }, next];
}
