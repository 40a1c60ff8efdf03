import ChatTemplates
import JSONParsing
import Testing

/// A tenth of what is usual, so that an unoptimised build is done soon, too.
private let limits = TemplateLimits(steps: 400_000, outputBytes: 1 << 20, memoryBytes: 1 << 25, depth: 400)

/// Templates that would take all time or memory end in an error.
@Test(
  arguments: [
    // Loops in loops.
    "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}{% endfor %}{% endfor %}{% endfor %}",
    // Large strings and lists.
    "{{ '-' * 10000000000 }}", "{{ [0] * 10000000000 }}", "{{ 'a' | indent(10000000000, true) }}",
    "{{ '' | center(10000000000) }}", "{{ 'a'.zfill(10000000000) }}", "{{ '%9999999999d' % 1 }}",
    "{{ '{:9999999999}'.format(1) }}", "{{ '\t'.expandtabs(10000000000) }}", "{{ [1] | batch(10000000000, 0) | list }}",
    "{{ [1] | slice(10000000000) | list }}", "{{ [[1]] | tojson(indent=10000000000) }}", "{{ '%.99999f' % 1.5 }}",
    "{% set ns = namespace(s='ab') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
    "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = ns.l + ns.l %}{% endfor %}",
    "{% set ns = namespace(s='a') %}{% for i in range(99) %}{% set ns.s = ns.s | replace('a', 'aaaa') %}{% endfor %}",
    "{% set s = 'a' * 100000 %}{% for i in range(99999) %}{{ s }}{% endfor %}",
    "{% for i in range(100000) %}{% for j in range(100000) %}{{ i in range(100000) | list }}{% endfor %}{% endfor %}",
    // One value in another, again and again.
    "{% set ns = namespace(l=[]) %}{% for i in range(9999) %}{% set ns.l = [ns.l] %}{% endfor %}",
    "{% set ns = namespace(l=l) %}{% for i in range(9999) %}{% set ns.l = ns.l | map('trim') %}{% endfor %}{{ ns.l | list }}",
    "{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l == ns.l }}",
    "{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
    "{% set ns = namespace(l=(1,)) %}{% for i in range(60) %}{% set ns.l = (ns.l, ns.l) %}{% endfor %}{{ {ns.l: 1} }}",
    // What calls itself.
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "{% macro m(a=m()) %}{% endmacro %}{{ m() }}",
    "{% for x in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}",
    "{% macro m() %}{% call m() %}{% endcall %}{{ caller() }}{% endmacro %}{% call m() %}{% endcall %}",
    // Numbers.
    "{{ range(1000000000) }}", "{{ 9223372036854775807 + 1 }}", "{{ 10 ** 100 }}", "{{ -9223372036854775807 - 2 }}",
    "{{ (-9223372036854775807 - 1) // -1 }}", "{{ -(-9223372036854775807 - 1) }}",
    "{{ (-9223372036854775807 - 1) | abs }}", "{{ 1e300 | int }}",
    "{{ range(-9223372036854775807, 9223372036854775807) }}",
  ])
func `a hostile template ends in an error`(source: String) {
  #expect(failure(source, limits: limits)?.code == .limitExceeded)
}

@Test func `the usual limits end a bomb of three loops`() {
  let range = "in range(9999) %}"
  let bomb = "{% for a \(range){% for b \(range){% for c \(range)" + String(repeating: "{% endfor %}", count: 3)
  #expect(bomb.utf8.count < 117)
  #expect(failure(bomb)?.code == .limitExceeded)
}

@Test(arguments: ["(", "[", "{'a':", "not ", "-", "a[", "f(", "a if b else ", "{% if a %}", "{% for a in b %}"])
func `deep nesting in the source ends in an error`(opening: String) {
  let source = String(repeating: opening, count: 20_000)
  let error = failure(opening.hasPrefix("{%") ? source : "{{ " + source)
  #expect(error?.code == .limitExceeded || error?.code == .syntax)
}

@Test(arguments: [".a", "[0]", "()", "|trim", " + 1", " ~ 1", " and 1", " < 1", " * 1", " if 1", " is defined"])
func `a long chain in the source does not overflow the stack`(link: String) {
  _ = failure("{{ 1" + String(repeating: link, count: 20_000) + " }}")
  #expect(failure("{{ 'a'" + String(repeating: " ~ 'a'", count: 20_000) + " }}") == nil)
}

@Test func `limits are kept`() throws {
  var limits = TemplateLimits.standard
  limits.outputBytes = 10
  #expect(failure("{{ 'a' * 10 }}", limits: limits) == nil)
  #expect(failure("{{ 'a' * 11 }}", limits: limits)?.code == .limitExceeded)
  limits = .standard
  limits.steps = 10
  #expect(failure("{{ 1 }}", limits: limits) == nil)
  #expect(failure("{% for x in range(10) %}{{ 1 }}{% endfor %}", limits: limits)?.code == .limitExceeded)
}

@Test(arguments: [
  "__class__", "__globals__", "__init__", "__mro__", "__subclasses__", "_private", "func_code", "mro", "gi_frame",
])
func `attributes lead to plain data only`(name: String) throws {
  for base in ["''", "[]", "{}", "1", "d", "l", "range", "namespace", "raise_exception", "''.upper", "d.items"] {
    #expect(try render("{{ (\(base)).\(name) is defined }}{{ (\(base))['\(name)'] is defined }}") == "FalseFalse")
  }
  #expect(failure("{{ ''.\(name).anything }}")?.code == .undefinedOperation)
}

@Test(arguments: [
  "{{ l.append(1) }}", "{{ d.update({}) }}", "{{ d.pop('a') }}", "{{ l.clear() }}", "{{ d.setdefault('q', 1) }}",
])
func `values cannot be changed`(source: String) {
  #expect(failure(source)?.code == .undefinedOperation)
}

@Test func `a namespace that holds itself is written and let go`() throws {
  let template =
    "{% set ns = namespace() %}{% set ns.l = [ns] %}{% macro m() %}{% endmacro %}{% set ns.m = m %}{{ ns }}"
  #expect(try render(template) == "<Namespace {'l': [<Namespace {...}>], 'm': <Macro 'm'>}>")
}

@Test func `data that nests too deep is refused`() {
  var value = JSONValue.array([])
  for _ in 0..<1000 { value = .array([value]) }
  #expect(failure("{{ messages }}", data: ["messages": value])?.code == .limitExceeded)
}

@Test func `half a template is an error, never a trap`() {
  let source = """
    {%- macro m(a, b=1) %}{{ a|tojson(indent=2) ~ "x\\n\\u00e9" }}{% endmacro %}{# c #}{% raw %}{{{% endraw %}
    {% for k, v in d.items() if v is not none recursive %}{{ loop.index0 ** 1.5e3 }}{% else %}{% endfor %}
    {% set ns.a, b = (1, [2, {'a': 3}]) %}{% filter upper %}é{% endfilter %}{% call(x) m(*l, **d) %}{% endcall %}
    """
  let characters = Array(source)
  for length in characters.indices {
    _ = failure(String(characters[..<length]))
    _ = failure(String(characters[length...]))
  }
}
