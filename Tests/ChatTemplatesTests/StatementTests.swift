import ChatTemplates
import Testing

/// Templates and what they render to, taken from jinja2 3.1.6.
private let cases: [(source: String, expected: String)] = [
  (#"{% for x in [] %}a{% else %}empty{% endfor %}"#, #"empty"#),
  (#"{% for x in [1,2] %}{% break %}{% else %}else{% endfor %}"#, #"else"#),
  (#"{% for x in [1,2] %}{{ x }}{% continue %}{% else %}else{% endfor %}"#, #"12else"#),
  (
    #"{% for x in [1,2,3] if x > 1 %}{{ x }}:{{ loop.index }}/{{ loop.length }}{% else %}none{% endfor %}"#,
    #"2:1/23:2/2"#
  ),
  (#"{% for k, v in d.items() %}{{ k }}={{ v }},{% endfor %}"#, #"a=1,b=two,C=[1, 2],"#),
  (#"{% for k in d %}{{ k }},{% endfor %}"#, #"a,b,C,"#),
  (#"{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}"#, #"123"#),
  (#"{% for c in 'añ🙂' %}[{{ c }}]{% endfor %}"#, #"[a][ñ][🙂]"#),
  (#"{% for x in missing %}a{% else %}b{% endfor %}"#, #"b"#),
  (
    #"{% for x in tree recursive %}<{{ x.n }}{% if x.c %}[{{ loop(x.c) }}]{% endif %}>{% endfor %}"#,
    #"<1[<2><3>]><4>"#
  ),
  (#"{% set x = 1 %}{% for i in [1,2] %}{% set x = x + i %}{{ x }},{% endfor %}{{ x }}"#, #"2,3,1"#),
  (#"{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}{{ ns['a'] }}"#, #"121"#),
  (#"{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set a, b = b, a %}{{ a }}{{ b }}"#, #"1221"#),
  (#"{% set a = 1, 2 %}{{ a }}"#, #"(1, 2)"#),
  (#"{% set x %}hello {{ 1 }}{% endset %}[{{ x }}]{{ x|upper }}"#, #"[hello 1]HELLO 1"#),
  (#"{% set x | upper | trim %} hello {% endset %}[{{ x }}]"#, #"[HELLO]"#),
  (#"{% filter upper %}abc {{ 'd' }}{% endfilter %}"#, #"ABC D"#),
  (#"{% filter replace('a', 'b') | upper %}aaa{% endfilter %}"#, #"BBB"#),
  (#"{% if x %}a{% elif l %}b{% else %}c{% endif %}"#, #"b"#),
  (
    #"{% if 0 %}a{% elif '' %}b{% elif [] %}b{% elif {} %}b{% elif none %}b{% elif 0.0 %}b{% else %}c{% endif %}"#,
    #"c"#
  ),
  (#"{% if false %}{% set q = 1 %}{% endif %}{{ q }}|{{ q is defined }}"#, #"|False"#),
  (
    #"{% macro m(a, b=2) %}{{ a }}-{{ b }}{% endmacro %}{{ m(1) }} {{ m(1, 3) }} {{ m(b=1, a=0) }} {{ m() }}"#,
    #"1-2 1-3 0-1 -2"#
  ),
  (#"{% macro m(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, x=4) }}"#, #"1(2, 3){'x': 4}"#),
  (#"{% macro m(a) %}[{{ caller() }}]{% endmacro %}{% call m(1) %}body{% endcall %}"#, #"[body]"#),
  (#"{% macro m(a) %}[{{ caller(a, 2) }}]{% endmacro %}{% call(x, y=3) m(1) %}{{ x }}{{ y }}{% endcall %}"#, #"[12]"#),
  (#"{% macro m() %}{{ caller is defined }}{{ caller }}{% endmacro %}{{ m() }}"#, #"False"#),
  (#"{% macro m() %}{{ z }}{% endmacro %}{% set z = 1 %}{{ m() }}{% set z = 2 %}{{ m() }}"#, #"12"#),
  (#"{% macro f(n) %}{% if n > 0 %}{{ n }}{{ f(n-1) }}{% endif %}{% endmacro %}{{ f(5) }}"#, #"54321"#),
  (#"{% macro f(a=b, b=1) %}{{ a }}{{ b }}{% endmacro %}{{ f() }}"#, #"1"#),
  (#"{% macro f() %}{% set v = 1 %}{{ v }}{% endmacro %}{{ f() }}{{ v }}"#, #"1"#),
  (
    #"{% macro m(a, b) %}{% endmacro %}{{ m.name }} {{ m.arguments }} {{ m }} {{ m.caller }}"#,
    #"m ('a', 'b') <Macro 'm'> False"#
  ),
  (#"{% with a = 1, b = 2 %}{{ a }}{{ b }}{% set c = 3 %}{% endwith %}{{ a }}{{ c }}"#, #"12"#),
  (#"{% with %}{% set c = 3 %}{{ c }}{% endwith %}{{ c }}"#, #"3"#),
  (#"{% block foo %}abc{% endblock %}"#, #"abc"#),
  (#"{% set q = 1 %}{% block foo %}{{ q }}{% endblock foo %}"#, #"1"#),
  (#"{% generation %}abc{% set gg = 1 %}{% endgeneration %}{{ gg }}"#, #"abc"#),
  (#"{% for x in [1,2] %}{% generation %}{{ loop.index }}{% endgeneration %}{% endfor %}"#, #"12"#),
  (#"{% if false %}{{ l | nosuch }}{% endif %}ok"#, #"ok"#),
  (
    #"{% for g in msgs | groupby('role') %}{{ g.grouper }}:{{ g.list | length }},{{ g[0] }};{% endfor %}"#,
    #"assistant:1,assistant;user:2,user;"#
  ),
  (#"{% set j = joiner('|') %}{{ j() }}a{{ j() }}b{{ j() }}"#, #"a|b|"#),
  (
    #"{% macro m(a,b,c) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(*[1,2], **{'c': 3}) }} {{ m(1, *[2]) }}"#,
    #"123 12"#
  ),
  (#"{% if x is defined %}a{% endif %}"#, #""#),
  (#"{% if l is defined and l is iterable and l is not string and l is not mapping %}a{% endif %}"#, #"a"#),
  (#"{% print 1, 2 %}{% print 'a' %}"#, #"12a"#),
  (#"{% if false %}{% include 'x' %}{% endif %}ok"#, #"ok"#),
  (#"{% for x in [1,2] %}{{ loop }} {% endfor %}"#, #"<LoopContext 1/2> <LoopContext 2/2> "#),
  (#"{% for x in l|reverse %}{{ loop.length }}{{ x }}{% endfor %}"#, #"3z3y3x"#),
  (#"{% for x in l|map('upper') %}{{ loop.revindex }}{{ x }}{{ loop.last }}{% endfor %}"#, #"3XFalse2YFalse1ZTrue"#),
  (#"{% set g = l|map('upper') %}{{ g|list }}{{ g|list }}"#, #"['X', 'Y', 'Z'][]"#),
  (#"{% set ns = namespace() %}{% set ns.me = ns %}{{ ns }}"#, #"<Namespace {'me': <Namespace {...}>}>"#),
  (#"{% set ns = namespace(a=1) %}{% set ns.b, c = 2, 3 %}{{ ns.a }}{{ ns.b }}{{ c }}"#, #"123"#),
  (#"{% set x = 5 %}{% macro m() %}{% set x = x + 1 %}{{ x }}{% endmacro %}{{ m() }}{{ x }}"#, #"65"#),
  (
    #"{% for i in [1,2,3] %}{% if i == 2 %}{% continue %}{% endif %}{% set y = i %}{{ y }}{% endfor %}{{ y }}"#,
    #"13"#
  ),
  (#"{% for i in [1,2,3] %}{{ prev }}{% set prev = i %}{% endfor %}"#, #""#),
  (#"{% set x %}a{% for i in [1] %}b{% endfor %}{% endset %}{{ x }}"#, #"ab"#),
  (#"{% for i in [1,2] %}{% set x %}{% break %}{% endset %}{% endfor %}ok"#, #"ok"#),
  (
    #"{% for role, items in msgs|groupby('role') %}{{ role }}{{ items|map(attribute='content')|list }}{% endfor %}"#,
    #"assistant['Ho']user['hi', '']"#
  ),
  (
    #"{% macro outer() %}{% macro inner(x) %}<{{ x }}>{% endmacro %}{{ inner(1) }}{% endmacro %}{{ outer() }}"#,
    #"<1>"#
  ),
  (
    #"{% set f = joiner %}{{ f is callable }} {{ namespace is callable }} {% set r = range %}{{ r(3)|list }}"#,
    #"True True [0, 1, 2]"#
  ),
  (#"{% if (x is defined and x) or (l and l[0]) %}y{% endif %}"#, #"y"#),
  (
    #"{% for x in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }},{% endfor %}"#,
    #"1032,2121,3210,"#
  ),
  (
    #"{% for x in l %}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }},{% endfor %}"#,
    #"TrueFalse31,FalseFalse31,FalseTrue31,"#
  ),
  (#"{% for x in l %}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.cycle('a', 'b') }},{% endfor %}"#, #"ya,xzb,ya,"#),
  (#"{% for x in [1, 1, 2] %}{{ loop.changed(x) }},{% endfor %}"#, #"True,False,True,"#),
  (#"{% for x in [1, 2, 3, 4] if x is even %}{{ loop.last }}{{ loop.nextitem }}{% endfor %}"#, #"False4True"#),
  (
    #"{% for x in [[1, [2]], [3]] recursive %}{{ loop.depth }}({{ loop(x) if x is iterable }}){% endfor %}"#,
    #"1(2()2(3()))1(2())"#
  ),
  (#"{% set ns = namespace(x=1) %}{% for i in [1, 2] %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}"#, #"4"#),
  (#"{% set ns = namespace(x=1) %}{{ ns }}{{ ns.y }}"#, #"<Namespace {'x': 1}>"#),
  (#"{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}"#, #"abab"#),
  (#"{% for i in l %}{% for j in l %}{% break %}{% endfor %}{{ loop.index }}{% endfor %}"#, #"123"#),
  (#"{% set x = [] %}{% for i in l %}{% set x = x + [i] %}{% endfor %}{{ x }}"#, #"[]"#),
  (#"{% for x, y in [['b', 2], ['A', 1]] if x is string %}{{ loop.nextitem }}{% endfor %}"#, #"('A', 1)"#),
]

@Test(arguments: cases)
func `statements do what they do in Jinja`(source: String, expected: String) throws {
  #expect(try render(source) == expected)
}
