// Times Swiftlet's float32 matrix product. Reads one line per run on standard input, `m n k transposeA transposeB
// repetitions`, and answers with the best time in seconds, so that a peer can be timed in turn with it.
import Foundation
import Swiftlet

func numbers(_ count: Int) -> [Float] { (0..<count).map { Float($0 % 17) / 17 - 0.5 } }

while let line = readLine() {
  let words = line.split(separator: " ").compactMap { Int($0) }
  guard words.count == 6 else { continue }
  let (m, n, k, transposeA, transposeB) = (words[0], words[1], words[2], words[3] == 1, words[4] == 1)
  let a = Tensor(numbers(m * k), shape: transposeA ? [k, m] : [m, k])
  let b = Tensor(numbers(k * n), shape: transposeB ? [n, k] : [k, n])
  var best = Double.infinity
  let clock = ContinuousClock()
  for _ in 0..<words[5] {
    let elapsed = clock.measure { _ = matrixMultiply(a, b, transposeA: transposeA, transposeB: transposeB) }
    best = min(best, Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18)
  }
  // Written at once: whoever asked is waiting for the answer.
  FileHandle.standardOutput.write(Data("\(best)\n".utf8))
}
