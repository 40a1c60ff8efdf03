import ChatTemplates
import JSONParsing
import Testing

private let token = "<|eot_id|>"

private func parts(_ source: String, content: String = token) throws -> [RenderedTemplate.Part] {
  let data: JSONObject = ["messages": [["role": "user", "content": .string(content)]], "x": .string(content)]
  let rendered = try ChatTemplate(source).render(data: data, trusted: ["eos_token": "</s>"], now: day)
  #expect(rendered.parts.map(\.text).joined() == rendered.text)
  return rendered.parts
}

@Test func `a user's control token is data, the template's own is not`() throws {
  #expect(
    try parts("{{ eos_token }}<|eot_id|>{{ x }}<|eot_id|>") == [
      .template("</s><|eot_id|>"), .data(token), .template(token),
    ])
}

/// Whatever is done to it, what a user wrote stays data.
private let treatments: [(source: String, expected: String)] = [
  ("{{ x | trim }}", token), ("{{ x | upper }}", "<|EOT_ID|>"), ("{{ x.strip() }}", token), ("{{ x[0:] }}", token),
  ("{{ x | replace('q', 'r') }}", token), ("{{ x.split('q')[0] }}", token), ("{{ [x] | join }}", token),
  ("{{ [x, ''] | join('') }}", token), ("{{ x | list | join }}", token), ("{{ (x, 1)[0] }}", token),
  ("{{ x ~ '' }}", token), ("{{ '' + x }}", token), ("{{ x * 1 }}", token), ("{{ '%s' % x }}", token),
  ("{{ '{}'.format(x) }}", token), ("{{ x | string }}", token), ("{{ x | indent }}", token),
  ("{{ x | title }}", token),
  ("{{ x | capitalize }}", token), ("{{ x | truncate }}", token), ("{{ x | default('q') }}", token),
  ("{{ {'a': x}.a }}", token), ("{{ x | reverse | reverse }}", token), ("{{ x[::-1][::-1] }}", token),
  ("{{ messages[0].content }}", token), ("{{ messages | map(attribute='content') | first }}", token),
  ("{% set y = x %}{{ y }}", token), ("{% set y %}{{ x }}{% endset %}{{ y }}", token),
  ("{% macro m(a) %}{{ a }}{% endmacro %}{{ m(x) }}", token), ("{% filter lower %}{{ x }}{% endfilter %}", token),
  ("{% for c in x %}{{ c }}{% endfor %}", token), ("{{ x.partition('|')[0] }}|eot_id|>", "<"),
  ("{% set ns = namespace(a=x) %}{{ ns.a }}", token), ("{{ x | tojson }}", "\"<|eot_id|>\""),
  ("{{ [x] }}", "['<|eot_id|>']"), ("{{ {'a': x} | tojson }}", "<|eot_id|>\"}"), ("{{ x | e | striptags }}", token),
  ("{{ dict(a=x) | items | list | first | last }}", token), ("{{ [x] | sort | first }}", token),
]

@Test(arguments: treatments)
func `data stays data`(source: String, expected: String) throws {
  let parts = try parts(source)
  #expect(parts.contains(.data(expected)), "\(parts)")
  #expect(
    !parts.contains {
      if case .template(let text) = $0 { text.contains("eot_id|>") && !source.contains("eot_id") } else { false }
    })
}

@Test func `what the template puts into data is the template's`() throws {
  #expect(
    try parts("{{ x | replace('Q', '<|img|>') }}", content: "aQb") == [
      .data("a"), .template("<|img|>"), .data("b"),
    ])
  #expect(try parts("{{ [x, x] | join('<|sep|>') }}", content: "a") == [.data("a"), .template("<|sep|>"), .data("a")])
  #expect(
    try parts("{{ ('<|' ~ x ~ '|>') | trim | upper }}", content: "a") == [
      .template("<|"), .data("A"), .template("|>"),
    ])
  #expect(try parts("{{ '%s-%s' % (x, eos_token) }}", content: "a") == [.data("a"), .template("-</s>")])
}

@Test func `a control token put together from both is in no part whole`() throws {
  #expect(try parts("<|eot{{ x }}|>", content: "_id") == [.template("<|eot"), .data("_id"), .template("|>")])
  #expect(try parts("{{ x }}eot_id|>", content: "<|") == [.data("<|"), .template("eot_id|>")])
}

@Test func `slices of mixed strings keep each origin`() throws {
  #expect(try parts("{{ ('ab' ~ x ~ 'yz')[1:-1] }}", content: "ö🙂") == [.template("b"), .data("ö🙂"), .template("y")])
  #expect(try parts("{{ ('ab' ~ x ~ 'yz')[3] }}", content: "ö🙂") == [.data("🙂")])
  #expect(try parts("{{ (' ' ~ x ~ ' ') | trim }}", content: " a ") == [.data("a")])
  #expect(
    try parts("{{ ('a,' ~ x).split(',') | join('+') }}", content: "b,c") == [
      .template("a+"), .data("b"), .template("+"), .data("c"),
    ])
}

@Test func `keys of data are data`() throws {
  let tools: JSONObject = ["tools": [["<|x|>": "v"]]]
  let template = try ChatTemplate("{% for k, v in tools[0].items() %}{{ k }}={{ v }}{% endfor %}{{ tools | tojson }}")
  let rendered = try template.render(data: tools, now: day)
  #expect(rendered.parts == [.data("<|x|>"), .template("="), .data("v[{\"<|x|>\": \"v\"}]")])
}

@Test func `data counts over trusted variables and functions, as data`() throws {
  let rendered = try ChatTemplate("{{ bos_token }}{{ range }}").render(
    data: ["bos_token": "<s>", "range": "r"], trusted: ["bos_token": "<bos>"], now: day)
  #expect(rendered.parts == [.data("<s>r")])
}
