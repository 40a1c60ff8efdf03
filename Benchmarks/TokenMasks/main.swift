import Foundation
import Swiftlet

// What keeping a text to a form takes of each step: the mask of the tokens that may come next, setting the scores of the
// others to minus infinity, and taking in the token that was chosen; beside the model's own step, measured in turn with
// each form.
//
//     swift run -c release TokenMasks MODEL
//
// Texts are as hostile as a form allows: every token is drawn from all that may come. In the first text nothing is known
// yet of what the form allows where; the others come after it, as later requests with the same form do.

guard CommandLine.arguments.count == 2 else {
  print("usage: TokenMasks MODEL")
  exit(2)
}
let path = CommandLine.arguments[1]
let model = try LanguageModel.load(from: path)
let tokenizer = try Tokenizer.load(forModel: path)
let vocabulary = GrammarVocabulary(
  tokenizer: tokenizer, vocabularySize: model.configuration.vocabularySize, endTokens: model.configuration.eosTokens)
let clock = ContinuousClock()

let person: JSONValue = [
  "type": "object", "additionalProperties": false, "required": ["name", "age", "tags", "address"],
  "properties": [
    "name": ["type": "string", "minLength": 400], "age": ["type": "integer"],
    "tags": ["type": "array", "items": ["type": "string"]],
    "address": [
      "type": "object",
      "properties": ["street": ["type": "string"], "city": ["enum": ["Paris", "Rome", "Oslo"]]],
    ],
  ],
]
let lines = #"""
  root ::= statement{40,}
  statement ::= name " = " sum ";\n"
  sum ::= product (" + " product)*
  product ::= value (" * " value)*
  value ::= name | [0-9]+ | "(" sum ")" | name "(" (sum (", " sum)*)? ")"
  name ::= [a-z] [a-z_0-9]*
  """#
let forms: [(name: String, compile: () throws -> Grammar)] = [
  ("any JSON object", { try Grammar(jsonSchema: ["type": "object"]) }),
  ("JSON Schema", { try Grammar(jsonSchema: person) }),
  ("expression", { try Grammar(regex: "([A-Z][a-z]+[ ,.]){200,}") }),
  ("grammar", { try Grammar(gbnf: lines) }),
]

func milliseconds(_ work: () throws -> Void) rethrows -> Double {
  let start = clock.now
  try work()
  return (clock.now - start) / .milliseconds(1)
}

/// A text of at most 200 tokens: the milliseconds that each took.
func write(_ grammar: Grammar, seed: UInt64) throws -> [Double] {
  var constraint = try GrammarConstraint(grammar, vocabulary)
  var random = RandomSource(seed: seed)
  var scores = [Float](repeating: 0, count: model.configuration.vocabularySize)
  var times: [Double] = []
  while !constraint.mustEnd, times.count < 200 {
    var mask = TokenMask(vocabularySize: 0)
    let masking = try milliseconds {
      mask = try constraint.mask()
      mask.apply(to: &scores)
    }
    guard let token = mask.tokens.randomElement(using: &random) else { break }
    times.append(masking + (try milliseconds { _ = try constraint.accept(token: token) }))
    scores = [Float](repeating: 0, count: scores.count)
  }
  return times
}

func quantile(_ part: Double, _ sorted: [Double]) -> Double {
  sorted[min(sorted.count - 1, Int(part * Double(sorted.count)))]
}
func shown(_ value: Double, _ width: Int = 9) -> String { String(format: "%\(width).3f", value) }

print("vocabulary \(model.configuration.vocabularySize), \(ThreadPool.shared.threadCount) threads; milliseconds")
print(
  "form               compiled  first text: mean      most   later: mean       p99      most   a step   mean's part")
for form in forms {
  var grammar: Grammar?
  let compiling = try milliseconds { grammar = try form.compile() }
  guard let grammar else { continue }
  let meter = SpeedMeter(model)
  let step = { 1e3 * (try meter.measure(SpeedTest(.generation, tokens: 16), repetitions: 3)?.secondsPerToken ?? 0) }
  let before = try step()
  let first = try write(grammar, seed: 1).sorted()
  let later = try (2..<12).flatMap { try write(grammar, seed: $0) }.sorted()
  let own = (before + (try step())) / 2
  let means = [first, later].map { $0.reduce(0, +) / Double($0.count) }
  print(
    form.name.padding(toLength: 16, withPad: " ", startingAt: 0), shown(compiling, 10), shown(means[0], 17),
    shown(first[first.count - 1]), shown(means[1], 13), shown(quantile(0.99, later)), shown(later[later.count - 1]),
    shown(own, 8), String(format: "%11.1f%%", 100 * means[1] / own))
}
