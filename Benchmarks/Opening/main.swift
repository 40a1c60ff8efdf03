import Foundation
import Swiftlet

// How long a model takes to open and to its first token, and what memory it then holds. Run it twice: the first run
// brings the file into the system's cache.
//
//     swift run -c release Opening MODEL
//
// A model as large as Llama 3.2 1B, if none is at hand:
//
//     swiftlet init llama-3.2-1b --type f16 --output fresh && swiftlet convert fresh fresh.gguf --tokenizer TOKENIZER

guard CommandLine.arguments.count == 2 else {
  print("usage: Opening MODEL")
  exit(2)
}
let path = CommandLine.arguments[1]
let clock = ContinuousClock()
let start = clock.now

/// Pages of mapped files in memory, which the system may drop, and memory of the program's own.
func memory() -> String {
  guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return "" }
  func megabytes(_ field: String) -> Int {
    let line = status.split(separator: "\n").first { $0.hasPrefix(field) }
    return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) / 1000
  }
  return "; of files \(megabytes("RssFile:")) MB in memory, own memory \(megabytes("RssAnon:")) MB"
}
func report(_ what: String) {
  let seconds = (clock.now - start) / .seconds(1)
  print("\(String(format: "%7.3f", seconds)) s  \(what)\(memory())")
}

report("begun")
let checkpoint = try ModelCheckpoint.open(path)
report("checkpoint opened")
let model = try LanguageModel(checkpoint)
report("model made")
let cache = model.makeCache()
_ = try model.forward([1], cache: cache)
report("first token")
for _ in 0..<16 { _ = try model.forward([2], cache: cache) }
report("16 tokens more")
