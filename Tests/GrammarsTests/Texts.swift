import Grammars
import JSONParsing
import Testing

/// Holds a grammar against texts that it must take and texts that it must refuse.
func check(
  _ grammar: Grammar, takes: [String], refuses: [String], _ comment: Comment? = nil,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  for text in takes { #expect(try grammar.matches(text), "\(text) \(comment ?? "")", sourceLocation: sourceLocation) }
  for text in refuses {
    #expect(try !grammar.matches(text), "\(text) \(comment ?? "")", sourceLocation: sourceLocation)
  }
}

/// The error of a grammar that must not compile.
func error(_ make: () throws(GrammarError) -> Grammar) -> GrammarError? {
  do throws(GrammarError) {
    _ = try make()
    return nil
  } catch {
    return error
  }
}
