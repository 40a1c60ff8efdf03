import Foundation
import Swiftlet

// Encodes a text again and again and prints seconds per pass, one per line on request: the other side of
// scripts/benchmark-tokenizers.py, which alternates with Hugging Face's tokenizers.
//
//     TokenizerBenchmark TOKENIZER TEXT

guard CommandLine.arguments.count == 3 else {
  print("usage: TokenizerBenchmark TOKENIZER TEXT")
  exit(2)
}
let clock = ContinuousClock()
func seconds(_ duration: Duration) -> Double {
  Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
}

let started = clock.now
let tokenizer = try Tokenizer.load(from: CommandLine.arguments[1])
print("load", seconds(clock.now - started))
fflush(nil)
let text = try String(contentsOfFile: CommandLine.arguments[2], encoding: .utf8)
while readLine() != nil {
  // A tokenizer that has seen nothing: the cache of words is part of what is measured.
  let fresh = tokenizer.withoutMemory()
  let began = clock.now
  let ids = fresh.encode(text)
  let time = seconds(clock.now - began)
  var sum = 0
  for (index, id) in ids.enumerated() { sum = (sum &+ (index + 1) &* id) & 0xFFFF_FFFF }
  print(time, ids.count, sum)
  fflush(nil)
}
