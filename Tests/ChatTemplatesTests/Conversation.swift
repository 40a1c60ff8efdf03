import ChatTemplates
import JSONParsing

/// The day of the reference renderings.
let day = CivilDate(year: 2024, month: 7, day: 26)

/// What the tables of templates are rendered with.
private let values: JSONObject = [
  "d": ["a": 1, "b": "two", "C": [1, 2]],
  "l": ["x", "y", "z"],
  "tree": [["n": 1, "c": [["n": 2, "c": []], ["n": 3]]], ["n": 4]],
  "msgs": [
    ["role": "user", "content": "hi", "n": 1], ["role": "assistant", "content": "Ho", "n": 2],
    ["role": "user", "content": "", "n": 3],
  ],
]

func render(_ source: String) throws(TemplateError) -> String {
  try ChatTemplate(source).render(data: values, now: day).text
}

/// The error that parsing or rendering ends with, or nil if both succeed.
func failure(_ source: String, data: JSONObject = values, limits: TemplateLimits = .standard) -> TemplateError? {
  do throws(TemplateError) {
    _ = try ChatTemplate(source).render(data: data, now: day, limits: limits)
    return nil
  } catch {
    return error
  }
}
