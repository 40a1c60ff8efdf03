import LanguageModels
import Testing
import Training

/// A LLaMA that trains in milliseconds.
func tinyConfiguration(vocabularySize: Int = 40) throws -> Configuration {
  var size = DecoderSize()
  (size.vocabularySize, size.contextLength, size.hiddenSize, size.layerCount) = (vocabularySize, 16, 16, 2)
  (size.headCount, size.kvHeadCount) = (2, 1)
  return try Configuration.llamaSmall.resized(to: size)
}

/// The same as a GPT-2, whose files store matrices the other way round.
func tinyGPT() throws -> Configuration {
  var size = DecoderSize()
  (size.vocabularySize, size.contextLength, size.hiddenSize, size.layerCount, size.headCount) = (40, 16, 16, 2, 2)
  return try Configuration.gpt2.resized(to: size)
}

/// Sequences of ids, each a line of its own.
func sequences(_ rows: [[Int]], in folder: TemporaryFolder, name: String = "ids.jsonl") throws -> TokenSource {
  let text = rows.map { "{\"ids\": \($0)}\n" }.joined()
  return try TokenSource(sequences: TextInputs([folder.write(Array(text.utf8), name)]))
}

/// Ids that follow from their row and place; rows differ in length.
func someRows(_ count: Int, from first: Int = 0) -> [[Int]] {
  (first..<first + count).map { row in (0..<6 + row % 7).map { (row * 11 + $0 * $0 * 3 + $0) % 40 } }
}

func tinyPlan(steps: Int = 8) -> TrainingPlan {
  var plan = TrainingPlan()
  (plan.steps, plan.batchSize, plan.contextLength, plan.learningRate) = (steps, 2, 16, 1e-2)
  return plan
}
