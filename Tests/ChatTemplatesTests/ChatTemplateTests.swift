import ChatTemplates
import JSONParsing
import Testing

@Test func `the variables a template takes from outside are known`() throws {
  func variables(_ source: String) throws -> Set<String> { try ChatTemplate(source).variables }
  #expect(
    try variables("{{ bos_token }}{% for m in messages %}{{ m.role }}{{ loop.index }}{% endfor %}") == [
      "bos_token", "messages",
    ])
  #expect(try variables("{% if tools is not none %}{{ tools | tojson }}{% endif %}") == ["tools"])
  #expect(try variables("{% set tools = 1 %}{{ tools }}{{ range(3) }}{{ strftime_now('%d') }}") == [])
  #expect(try variables("{% if a %}{% set b = 1 %}{% endif %}{{ b }}") == ["a", "b"])
  #expect(try variables("{% macro m(x, y=z) %}{{ x }}{{ y }}{{ caller() }}{% endmacro %}{{ m(w) }}") == ["z", "w"])
  #expect(try variables("{% with a = b %}{{ a }}{% endwith %}{{ a }}") == ["a", "b"])
  #expect(try variables("tools {# tools #} {{ 'tools' }} {{ d.tools }}") == ["d"])
}

private let mistakes: [(source: String, code: TemplateError.Code)] = [
  ("{{ raise_exception('Only user and assistant!') }}", TemplateError.Code.raised),
  ("{{ x + 1 }}", .undefinedOperation), ("{{ x.y }}", .undefinedOperation), ("{{ x() }}", .undefinedOperation),
  ("{{ d.nope.deeper }}", .undefinedOperation), ("{{ 'a' + 1 }}", .invalidOperation),
  ("{{ 1 / 0 }}", .invalidOperation),
  ("{{ none | length }}", .invalidOperation), ("{{ 1 in 'a' }}", .invalidOperation),
  ("{{ {[]: 1} }}", .invalidOperation),
  ("{% for x in none %}{% endfor %}", .invalidOperation), ("{% set d.x = 1 %}", .invalidOperation),
  ("{% for a, b in [[1]] %}{% endfor %}", .invalidOperation),
  ("{% for a, b in [[1, 2, 3]] %}{% endfor %}", .invalidOperation),
  ("{{ missing | tojson }}", .undefinedOperation), ("{{ d.keys() | tojson }}", .invalidOperation),
  ("{{ l | map('upper') | length }}", .invalidOperation), ("{{ ','.join([1]) }}", .invalidOperation),
  ("{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}", .invalidOperation), ("{{ [1, 'a'] | sort }}", .invalidOperation),
  ("{% macro m(a) %}{% endmacro %}{{ m(b=1) }}", .invalidOperation), ("{{ '%s %s' % 1 }}", .invalidOperation),
  ("{% macro m() %}{% endmacro %}{% call m() %}{% endcall %}", .invalidOperation),
  ("{{ '%s' % (1, 2) }}", .invalidOperation),
  ("{% include 'x' %}", .unsupported), ("{% extends 'x' %}", .unsupported), ("{{ 'a' | urlize }}", .unsupported),
  ("{% autoescape true %}{% endautoescape %}", .unsupported), ("{{ 'a'.encode() }}", .unsupported),
  ("{{ l | nosuch }}", .syntax), ("{{ l is nosuch }}", .syntax), ("{{ l | map('nosuch') | list }}", .syntax),
  ("{% if false %}{% for x in l %}{{ x | nosuch }}{% endfor %}{% endif %}", .syntax),
]

@Test(arguments: mistakes)
func `errors tell their kind`(source: String, code: TemplateError.Code) {
  #expect(failure(source)?.code == code)
}

@Test(arguments: [
  "{{ }}", "{{ 1 + }}", "{{ (1 }}", "{{ 1) }}", "{{ 'a }}", "{% if true %}", "{% endif %}", "{% else %}", "{# x",
  "{% raw %}x", "{{ {'a' 1} }}", "{{ f( }}", "{{ 1 2 }}", "{% set %}", "{% set 1 = 2 %}", "{% set true = 2 %}",
  "{% set x.y.z = 2 %}", "{% set x[0] = 1 %}", "{% break %}", "{% do 1 %}", "{% nosuch %}", "{{ a | }}", "{{ a is }}",
  "{% for x in [1] %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}", "{% macro m(a=1, b) %}{% endmacro %}",
  "{% for loop in [1] %}{% endfor %}", "{% call 1 %}{% endcall %}", "{{ $ }}", "{{ 012 }}", "{{ 1 is none is none }}",
  "{% if %}{% endif %}", "{% for %}", "{{ '\\u12' }}", "{{ '\\ud83d' }}", "{{ f(a=1, 2) }}", "{{ f(a=1, a=2) }}", "{{",
  "{% if x %}{% endfor %}", "{{ 99999999999999999999 }}", "{% macro m(a, b=2, *c) %}{% endmacro %}",
])
func `what is not well-formed is a syntax error`(source: String) {
  #expect(failure(source)?.code == .syntax)
}

@Test func `errors tell their line`() {
  #expect(failure("a\n\n{{ x.y }}")?.line == 3)
  #expect(failure("a\r\n{% if true %}\r\n{{ 1 + }}")?.line == 3)
  #expect(failure("{% for a in [1] %}\n{{ raise_exception('no') }}\n{% endfor %}")?.line == 2)
  #expect(failure("{# a\nb #}{{ '\n' }}\n{{ 1 / 0 }}")?.line == 4)
  #expect(failure("\n{{ x.y }}")?.description == "chat template, line 2: 'x' is undefined.")
  #expect(failure("{{ raise_exception('Say hello.') }}")?.description == "Say hello.")
}

@Test func `a filter that does not exist only matters where it is reached`() throws {
  #expect(try render("{% if false %}{{ l | nosuch }}{% endif %}ok") == "ok")
  #expect(try render("{{ (l | nosuch) if false else 'ok' }}") == "ok")
  #expect(try render("{% if false %}{{ l is nosuch }}{% include 'x' %}{% endif %}ok") == "ok")
}

private let formats: [(format: String, expected: String)] = [
  ("%d %b %Y", "26 Jul 2024"), ("%A, %B %-d", "Friday, July 26"), ("%H:%M:%S %I %p", "15:04:09 03 PM"),
  ("%a %y %j %m/%e", "Fri 24 208 07/26"), ("%U %W %V %G %u %w", "29 30 30 2024 5 5"),
  ("%F %T %D", "2024-07-26 15:04:09 07/26/24"),
  ("100%% %q %", "100% %q %"), ("%-I%P %^a %_m %C %h %R", "3pm FRI  7 20 Jul 15:04"),
  ("%c|%x|%X", "Fri Jul 26 15:04:09 2024|07/26/24|15:04:09"),
  ("%Z%z", ""),
]

@Test(arguments: formats)
func `dates are written as on Linux`(format: String, expected: String) {
  let date = CivilDate(year: 2024, month: 7, day: 26, hour: 15, minute: 4, second: 9)
  #expect(date.formatted(format) == expected)
}

@Test func `dates are read, weeks and weekdays counted`() {
  #expect(CivilDate("2024-02-29")?.formatted("%A %j") == "Thursday 060")
  #expect(CivilDate("2021-01-03")?.formatted("%G-W%V %U %W %a") == "2020-W53 01 00 Sun")
  #expect(CivilDate("2019-12-31")?.formatted("%G-W%V") == "2020-W01")
  for text in ["2023-02-29", "2024-13-01", "2024-7-26", "0000-01-01", "2024-07-26 ", "+024-07-26", "", "2024-00-10"] {
    #expect(CivilDate(text) == nil, "\(text)")
  }
}

@Test func `a tokenizer's configuration names templates and special tokens`() throws {
  let one = TokenizerConfiguration([
    "bos_token": "<s>", "eos_token": ["content": "</s>", "lstrip": false], "pad_token": nil, "model_max_length": 5,
    "chat_template": "A",
  ])
  #expect(one.specialTokens == ["bos_token": "<s>", "eos_token": "</s>"])
  #expect(one.template(forTools: false) == "A")
  #expect(one.template(forTools: true) == "A")
  let several = TokenizerConfiguration([
    "chat_template": [["name": "default", "template": "A"], ["name": "tool_use", "template": "B"]]
  ])
  #expect(several.template(forTools: false) == "A")
  #expect(several.template(forTools: true) == "B")
  #expect(TokenizerConfiguration([:]).template(forTools: false) == nil)
}

@Test func `a template is rendered many times at once`() async throws {
  let template = try ChatTemplate("{% macro m(a) %}{{ a }}{% endmacro %}{% for x in range(n) %}{{ m(x) }}{% endfor %}")
  let texts = try await withThrowingTaskGroup(of: String.self) { group in
    for count in 0..<20 {
      group.addTask { try template.render(data: ["n": .integer(count)], now: day).text }
    }
    return try await group.reduce(into: Set<String>()) { $0.insert($1) }
  }
  #expect(texts.count == 20)
}
