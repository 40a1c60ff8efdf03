import Foundation

// Two processes: the worker opens one input after the other; when an input kills it, the supervisor keeps that input
// and starts another worker behind it. A worker is also killed by an input that takes more than a few seconds or more
// than a few gigabytes.

let usage = """
  Usage: fuzz TARGET [--inputs N] [--start N] [--seed N] [--keep FOLDER]

  Opens N (1000000) inputs made from a seed (1) and reports those that trap, hang or exhaust memory. Each is kept in
  FOLDER (crashes). Input number I alone: --start I --inputs 1.

  Targets: \(Target.all.map(\.name).joined(separator: ", "))
  """

func fail(_ message: String) -> Never {
  FileHandle.standardError.write(Data((message + "\n").utf8))
  exit(2)
}

var options: [String: String] = [:]
var arguments = Array(CommandLine.arguments.dropFirst())
guard let target = arguments.first.flatMap({ name in Target.all.first { $0.name == name } }) else { fail(usage) }
arguments.removeFirst()
while let name = arguments.first {
  guard ["--inputs", "--start", "--seed", "--keep", "--work"].contains(name), arguments.count > 1 else { fail(usage) }
  options[name] = arguments[1]
  arguments.removeFirst(2)
}
func number(_ name: String, default value: Int) -> Int {
  guard let text = options[name] else { return value }
  guard let number = Int(text), number >= 0 else { fail("\(name): \(text) is not a number from 0") }
  return number
}
let seed = UInt64(number("--seed", default: 1))
let start = number("--start", default: 0)
let count = number("--inputs", default: 1_000_000)

if let folder = options["--work"] {
  try work(target, seed: seed, inputs: start..<start + count, folder: folder)
} else {
  try supervise(target, seed: seed, inputs: start..<start + count, keep: options["--keep"] ?? "crashes")
}

/// Opens inputs in this process, leaving the number of the current one in a file of the folder.
func work(_ target: Target, seed: UInt64, inputs: Range<Int>, folder: String) throws {
  // A file that makes a reader allocate more than this is a fault of the reader.
  var limit = rlimit(rlim_cur: 4 << 30, rlim_max: 4 << 30)
  #if canImport(Darwin)
    _ = unsafe setrlimit(RLIMIT_AS, &limit)
  #else
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
  #endif
  let path = folder + "/" + target.fileName
  let progress = unsafe open(folder + "/progress", O_WRONLY | O_CREAT, 0o644)
  var accepted = 0
  for input in inputs {
    var random = Randomness(seed: seed, input: input)
    let bytes = target.input(&random)
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    unsafe bytes.withUnsafeBytes { _ = unsafe write(file, $0.baseAddress, $0.count) }
    close(file)
    var state = (Int64(input), Int64(accepted))
    unsafe withUnsafeBytes(of: &state) { _ = unsafe pwrite(progress, $0.baseAddress, $0.count, 0) }
    alarm(10)
    if (try? target.open(path)) != nil { accepted += 1 }
  }
  var state = (Int64(inputs.upperBound), Int64(accepted))
  unsafe withUnsafeBytes(of: &state) { _ = unsafe pwrite(progress, $0.baseAddress, $0.count, 0) }
}

/// Runs workers until all inputs were opened.
func supervise(_ target: Target, seed: UInt64, inputs: Range<Int>, keep: String) throws {
  let manager = FileManager.default
  let folder = NSTemporaryDirectory() + "fuzz-\(UUID().uuidString)"
  try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? manager.removeItem(atPath: folder) }
  let began = ContinuousClock.now
  var next = inputs.lowerBound
  var accepted = 0
  var crashes = 0
  while next < inputs.upperBound {
    let worker = Process()
    worker.executableURL = URL(filePath: CommandLine.arguments[0])
    if let own = Bundle.main.executableURL { worker.executableURL = own }
    worker.arguments = [
      target.name, "--seed", String(seed), "--start", String(next), "--inputs", String(inputs.upperBound - next),
      "--work", folder,
    ]
    try worker.run()
    worker.waitUntilExit()
    let state = [UInt8]((try? Data(contentsOf: URL(filePath: folder + "/progress"))) ?? Data())
    func field(_ index: Int) -> Int {
      state.dropFirst(index * 8).prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    guard state.count == 16 else { fail("the worker did not begin") }
    accepted += field(1)
    if field(0) >= inputs.upperBound && worker.terminationReason == .exit { break }
    crashes += 1
    try manager.createDirectory(atPath: keep, withIntermediateDirectories: true)
    let kept = "\(keep)/\(target.name)-\(seed)-\(field(0))"
    try? manager.removeItem(atPath: kept)
    try manager.copyItem(atPath: folder + "/" + target.fileName, toPath: kept)
    print("input \(field(0)) ended the worker with \(worker.terminationStatus); kept as \(kept)")
    next = field(0) + 1
    if crashes >= 100 { fail("100 inputs are enough to begin with") }
  }
  let seconds = (ContinuousClock.now - began) / .seconds(1)
  print(
    "\(target.name): \(inputs.count) inputs, \(accepted) accepted, \(crashes) crashes, "
      + "\(String(format: "%.1f", seconds)) s")
  exit(crashes == 0 ? 0 : 1)
}
