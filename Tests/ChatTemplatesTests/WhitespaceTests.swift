import ChatTemplates
import Testing

/// Templates and what they render to, taken from jinja2 3.1.6.
private let cases: [(source: String, expected: String)] = [
  (#"a\#n  {% if true %}\#n  b\#n  {% endif %}\#nc\#n"#, #"a\#n  b\#nc"#),
  (#"a\#n  {%- if true -%}\#n  b\#n  {%- endif -%}\#nc\#n\#n"#, #"abc\#n"#),
  (#"a\#n  {%+ if true +%}\#n  b\#n{% endif %}"#, #"a\#n  \#n  b\#n"#),
  (#"  {{ 1 }}\#n  {{- 2 -}}\#n 3"#, #"  123"#),
  (#"{# c #}\#n  {# c #}\#na {# c #}\#nb"#, #"a b"#),
  (#"x\#r\#ny\#r{% if true %}\#r\#nz{% endif %}\#n"#, #"x\#ny\#nz"#),
  (#"{% raw %}\#n {{ a }} \#n{% endraw %}\#n."#, #"\#n {{ a }} \#n."#),
  (#"a {% raw -%} {{ b }} {%- endraw %} c"#, #"a {{ b }} c"#),
  (#"  {% set x = 1 %}\#n  {% set y = 2 %}{{ x }}"#, #"1"#),
  (#"a\#u{a0}\#u{2003}{%- if true %}b{% endif %}"#, #"ab"#),
  (#"{{ '}}' }}{{ {'a': {'b': 1}} }}{{ '%}' }}"#, #"}}{'a': {'b': 1}}%}"#),
  (#"{% if true %}\#n\#n\#na{% endif %}"#, #"\#n\#na"#),
  (#"a{#- -#}\#n\#nb"#, #"ab"#),
  (#"{% for x in l %}\#n  {{ x }}\#n{% endfor %}\#nend"#, #"  x\#n  y\#n  z\#nend"#),
  (#"{% for x in l -%}\#n  {{ x }}\#n{%- endfor %}\#nend"#, #"xyzend"#),
  (#"{% raw %}{{ x }} {% if %}{% endraw %}"#, #"{{ x }} {% if %}"#),
  (#"{%- raw -%}  {{ x }}  {%- endraw -%}  z"#, #"{{ x }}z"#),
  (#"{# comment #}a{#- c -#}  b"#, #"ab"#),
  (#"{{- 1 -}} 2 {{- 3 }}"#, #"123"#),
  (#"{%set x=1%}{{x}}{%if x%}y{%endif%}{%-for i in[1,2]-%}{{i}}{%-endfor-%}"#, #"1y12"#),
]

@Test(arguments: cases)
func `tags take the whitespace that Jinja takes`(source: String, expected: String) throws {
  #expect(try render(source) == expected)
}
