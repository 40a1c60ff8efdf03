// Times whole training steps in float32: loss, gradients, AdamW. Called as `TrainingStep gpt2|llama BATCH LENGTH`, it
// says `ready`, then reads one number of steps per line on standard input and answers with one JSON object, so that a
// peer can be timed in turn with it. A line `peak` asks for the processor's peak in operations per second.
import Foundation
import Swiftlet

func answer(_ line: String) {
  // Written at once: whoever asked is waiting for the answer.
  FileHandle.standardOutput.write(Data((line + "\n").utf8))
}

/// A LLaMA of GPT-2's size: twelve layers of 768, no shared embeddings.
func llama() -> Configuration {
  var shape = Configuration.llama1With7B
  shape.hiddenSize = 768
  (shape.headCount, shape.kvHeadCount, shape.headSize) = (12, 12, 64)
  shape.layers = Array(
    repeating: Layer(feedForward: .gated(.activation(.silu), intermediateSize: 2048)), count: 12)
  return shape
}

let arguments = CommandLine.arguments
guard arguments.count == 4, let batch = Int(arguments[2]), let length = Int(arguments[3]) else {
  FileHandle.standardError.write(Data("usage: TrainingStep gpt2|llama BATCH LENGTH\n".utf8))
  exit(2)
}
let model = try LanguageModel(arguments[1] == "gpt2" ? .gpt2 : llama(), seed: 1).trainable()
let optimizer = AdamW(parameters: model.parameters)
let tape = Tape()
for parameter in model.parameters { tape.watch(parameter.tensor) }
var source = RandomSource(seed: 1)
let texts = (0..<batch).map { _ in
  (0...length).map { _ in Int.random(in: 0..<model.configuration.vocabularySize, using: &source) }
}
let (inputs, targets) = (texts.map { Array($0.dropLast()) }, texts.map { Array($0.dropFirst()) })

answer("ready")
while let line = readLine() {
  if line == "peak" {
    answer("\(MachineSpeed.floatPeak())")
    continue
  }
  var best = (step: Double.infinity, forward: 0.0, backward: 0.0, optimizer: 0.0)
  var losses: [Float] = []
  for _ in 0..<(Int(line) ?? 1) {
    let clock = ContinuousClock()
    let start = clock.now
    tape.resetGradients()
    let result = try model.loss(inputs, targets: targets, tape: tape)
    let forward = clock.now
    tape.backward(from: result.loss)
    let backward = clock.now
    optimizer.step(gradients: model.parameters.map { tape.gradient(of: $0.tensor) }, learningRate: 1e-4)
    let end = clock.now
    losses += result.loss.floats()
    let seconds = [end - start, forward - start, backward - forward, end - backward].map { $0 / .seconds(1) }
    if seconds[0] < best.step { best = (seconds[0], seconds[1], seconds[2], seconds[3]) }
  }
  answer(
    """
    {"seconds": \(best.step), "forward": \(best.forward), "backward": \(best.backward), \
    "optimizer": \(best.optimizer), "losses": \(losses)}
    """)
}
