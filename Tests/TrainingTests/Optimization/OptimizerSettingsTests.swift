import Foundation
import Testing
import Training

@Suite struct OptimizerSettingsTests {
  @Test(arguments: [
    OptimizerSettings.adamW(AdamW.Settings(beta1: 1)), .adamW(AdamW.Settings(beta2: -0.1)),
    .adamW(AdamW.Settings(epsilon: 0)), .adamW(AdamW.Settings(weightDecay: .infinity)),
    .adamW(AdamW.Settings(beta1: .nan)), .muon(Muon.Settings(momentum: 1)), .muon(Muon.Settings(iterations: 0)),
    .muon(Muon.Settings(adamW: AdamW.Settings(weightDecay: -1))), .sgd(SGD.Settings(momentum: -1)),
    .sgd(SGD.Settings(weightDecay: .nan)),
  ])
  func whatMakesNoSenseIsRefused(_ settings: OptimizerSettings) {
    let error = #expect(throws: TrainingError.self) { try settings.validate() }
    #expect(error?.kind == .invalidPlan)
  }

  /// A run that goes on reads them from a file.
  @Test(arguments: [
    OptimizerSettings.adamW(AdamW.Settings(beta1: 0.5)), .muon(Muon.Settings(momentum: 0.5)),
    .sgd(SGD.Settings(momentum: 0)),
  ])
  func surviveAFile(_ settings: OptimizerSettings) throws {
    try settings.validate()
    #expect(try JSONDecoder().decode(OptimizerSettings.self, from: JSONEncoder().encode(settings)) == settings)
  }
}
