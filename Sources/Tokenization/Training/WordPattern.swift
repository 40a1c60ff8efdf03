/// How a vocabulary that is to be trained cuts text into words; no token spans two of them.
public enum WordPattern: String, CaseIterable, Sendable {
  /// GPT-2 and GPT-3: a space belongs to the word after it, digits and spaces run on.
  case gpt2
  /// Llama 3: numbers are cut after three digits, line breaks end a run of spaces.
  case llama3
  /// gpt-oss and Llama 4: as Llama 3, and words are cut where small letters are followed by capitals.
  case gptOSS = "gpt-oss"

  var scanner: WordScanner {
    switch self {
    case .gpt2: .gpt2
    case .llama3: .cl100k(digits: 3)
    case .gptOSS: .o200k
    }
  }
}

/// The last place where a text may be cut in two that every `WordPattern` cuts into the same words as the whole:
/// before white space that follows a letter. There a word ends whatever comes, and none looks behind its start.
/// - Returns: The number of bytes before the cut, or nil where there is no such place.
public func lastWordBoundary(in text: [UInt8]) -> Int? {
  var i = text.count - 1
  while i > 0 {
    let isSpace = text[i] == 0x20 || text[i] == 0x0A
    let isAfterLetter = UInt8(ascii: "a")...UInt8(ascii: "z") ~= text[i - 1] | 0x20
    if isSpace, isAfterLetter { return i }
    i -= 1
  }
  return nil
}
