// A small highlighter: comments, strings, numbers, keywords, types and calls, for the languages met most often.
// One expression per language reads the code from left to right; what it does not know stays plain.

import { element } from "./elements.js";

const words = (text) => new Set(text.split(" "));

const lineComment = "\\/\\/[^\\n]*";
const blockComment = "\\/\\*[\\s\\S]*?(?:\\*\\/|$)";
const hashComment = "#[^\\n]*";
const doubleQuoted = '"(?:\\\\[\\s\\S]|[^"\\\\\\n])*"?';
const singleQuoted = "'(?:\\\\[\\s\\S]|[^'\\\\\\n])*'?";
const backQuoted = "`(?:\\\\[\\s\\S]|[^`\\\\])*`?";
const number = "0[xX][\\da-fA-F_]+|0[bB][01_]+|\\d[\\d_]*(?:\\.\\d[\\d_]*)?(?:[eE][+-]?\\d+)?";
const word = "[@$]?[\\p{L}_][\\p{L}\\p{N}_]*";

/// How the tokens of a language look; `other` is what only it has.
function language({ comment, string, keywords, literals = "true false null", ignoresCase = false, other = "" }) {
  const parts = [`(?<comment>${comment})`, `(?<string>${string})`, other, `(?<number>\\b(?:${number}))`,
    `(?<word>${word})`].filter(Boolean);
  const pattern = new RegExp(parts.join("|"), "gu");
  return { pattern, keywords: words(keywords), literals: words(literals), ignoresCase };
}

const cLike = `${lineComment}|${blockComment}`;
const quoted = `${doubleQuoted}|${singleQuoted}`;

const swift = language({
  comment: cLike, string: `"""[\\s\\S]*?(?:"""|$)|${doubleQuoted}`, literals: "true false nil self Self super",
  keywords:
    "actor any as associatedtype async await borrowing break case catch class consuming continue default "
    + "defer deinit do else enum extension fallthrough fileprivate final for func get guard if import in "
    + "indirect init inout internal is isolated lazy let mutating nonisolated open operator override package "
    + "private protocol public repeat required rethrows return sending set some static struct subscript switch "
    + "throw throws try typealias unsafe var weak where while",
});
const python = language({
  comment: hashComment, string: `"""[\\s\\S]*?(?:"""|$)|'''[\\s\\S]*?(?:'''|$)|${quoted}`,
  literals: "True False None self cls",
  keywords:
    "and as assert async await break class continue def del elif else except finally for from global if "
    + "import in is lambda match case nonlocal not or pass raise return try while with yield",
});
const script = language({
  comment: cLike, string: `${quoted}|${backQuoted}`, literals: "true false null undefined NaN this super",
  keywords:
    "abstract as async await break case catch class const continue debugger declare default delete do else "
    + "enum export extends finally for from function get if implements import in instanceof interface keyof let "
    + "new of private protected public readonly return satisfies set static switch throw try type typeof var "
    + "void while yield",
});
const cFamily = language({
  comment: cLike, string: quoted, literals: "true false null nullptr NULL this self nil None Some Ok Err",
  other: "(?<meta>^[ \\t]*#[ \\t]*[a-z]+)",
  keywords:
    "abstract as async auto await base bool boolean break byte case catch chan char class const constexpr "
    + "continue crate default defer delete do double dyn else enum explicit export extends extern final finally "
    + "float fn for foreach friend fun func go goto if impl implements import in inline int interface internal "
    + "is let long loop map match mod move mut namespace new noexcept object operator out override package "
    + "private protected pub public range readonly ref register return select short signed sizeof static string "
    + "struct super switch synchronized template throw throws trait try type typedef typename union unsafe "
    + "unsigned use using val var virtual void volatile when where while yield",
});
const shell = language({
  comment: "(?<![^\\s;])#[^\\n]*", string: `"(?:\\\\[\\s\\S]|[^"\\\\])*"?|'[^']*'?`, literals: "true false",
  keywords:
    "if then else elif fi for in do done while until case esac function return export local readonly set "
    + "unset source alias cd echo exit sudo",
});
const sql = language({
  comment: `--[^\\n]*|${blockComment}`, string: quoted, ignoresCase: true,
  keywords:
    "add all alter and as asc begin between by case commit constraint create cross default delete desc "
    + "distinct drop else end exists foreign from full group having if in index inner insert into is join key "
    + "left like limit not offset on or order outer primary references returning right rollback select set "
    + "table then union unique update using values view when where with",
});
const css = language({
  comment: blockComment, string: quoted, keywords: "important", literals: "inherit initial unset none auto",
  other: "(?<meta>@[a-z-]+|--[\\w-]+|#[\\da-fA-F]{3,8}\\b)",
});
const json = language({ comment: cLike, string: doubleQuoted, keywords: "" });
const configuration = language({
  comment: hashComment, string: quoted, keywords: "", literals: "true false null yes no on off",
  other: "(?<meta>^[ \\t]*(?:- )?[\\w.-]+(?=[ \\t]*[:=])|^\\[[^\\]\\n]*\\])",
});
const markup = {
  pattern: new RegExp([/(?<comment><!--[\s\S]*?(?:-->|$))/, /(?<meta><\/?[\w:-]+|\/?>)/,
    /(?<string>"[^"\n]*"|'[^'\n]*')/,
    /(?<attribute>[\w:-]+(?==))/].map((part) => part.source).join("|"), "gu"),
  keywords: words(""), literals: words(""),
};
const difference = {
  pattern: /(?<meta>^(?:@@|diff|index|---|\+\+\+)[^\n]*)|(?<string>^\+[^\n]*)|(?<removed>^-[^\n]*)/gmu,
  keywords: words(""), literals: words(""),
};
for (const each of [cFamily, configuration]) each.pattern = new RegExp(each.pattern.source, "gmu");

const table = [
  [swift, "Swift"], [python, "Python", "py python3"], [script, "JavaScript", "js jsx mjs"],
  [script, "TypeScript", "ts tsx"], [cFamily, "C", "h"], [cFamily, "C++", "cpp cc cxx hpp"],
  [cFamily, "C#", "cs csharp"], [cFamily, "Java"], [cFamily, "Kotlin", "kt"], [cFamily, "Go", "golang"],
  [cFamily, "Rust", "rs"], [shell, "Shell", "sh bash zsh console"], [sql, "SQL"], [css, "CSS", "scss"],
  [json, "JSON", "jsonc jsonl"], [configuration, "YAML", "yml"], [configuration, "TOML", "ini"],
  [markup, "HTML", "xhtml vue svelte"], [markup, "XML", "svg"], [difference, "Diff", "patch"],
];
const languages = new Map();
for (const [grammar, name, others = ""] of table) {
  for (const key of [name.toLowerCase(), ...others.split(" ").filter(Boolean)]) languages.set(key, { grammar, name });
}

/// A language's name as people write it.
export function languageName(key) {
  return languages.get(key)?.name ?? key.slice(0, 24);
}

/// The nodes of a piece of code.
export function highlight(code, key) {
  const grammar = languages.get(key)?.grammar;
  if (!grammar) return [code];
  const nodes = [];
  let plain = 0;
  grammar.pattern.lastIndex = 0;
  for (const match of code.matchAll(grammar.pattern)) {
    const kind = kindOf(match, grammar, code);
    if (!kind) continue;
    if (match.index > plain) nodes.push(code.slice(plain, match.index));
    nodes.push(element("span", { class: `code-${kind}` }, match[0]));
    plain = match.index + match[0].length;
  }
  nodes.push(code.slice(plain));
  return nodes;
}

function kindOf(match, grammar, code) {
  const groups = match.groups;
  if (groups.word === undefined) return Object.keys(groups).find((name) => groups[name] !== undefined);
  const key = grammar.ignoresCase ? groups.word.toLowerCase() : groups.word;
  if (grammar.keywords.has(key)) return "keyword";
  if (grammar.literals.has(key)) return "number";
  if (/^[@$]/.test(key)) return "meta";
  if (code[match.index + match[0].length] === "(") return "call";
  return /^\p{Lu}/u.test(key) && !grammar.ignoresCase ? "type" : null;
}
