import Charts
import Foundation
import Testing

@Suite struct PaletteTests {
  @Test func everythingCanBeSeen() throws {
    for palette in [Palette.light, .dark] {
      let surface = try luminance(palette.surface)
      for hue in palette.series { #expect(try contrast(luminance(hue), surface) >= 3, "\(hue)") }
      for text in [palette.ink, palette.muted, palette.better, palette.worse] {
        #expect(try contrast(luminance(text), surface) >= 4.5, "\(text)")
      }
      for text in [palette.ink, palette.muted] {
        #expect(try contrast(luminance(text), luminance(palette.changed)) >= 4.5, "\(text)")
      }
      #expect(try contrast(luminance(palette.series[0]), luminance(palette.changed)) >= 3)
    }
    #expect(Palette.light.series.count == Palette.dark.series.count)
  }

  @Test func thereIsAHueForEveryPlace() {
    #expect(Palette.hueClass(-1) == Palette.hueClass(5))
    #expect((0..<3).map { Palette.dash($0 * 6) } == Palette.dashes)
    #expect(Palette.dash(.max).isEmpty == false && Palette.dash(.min) == "none")
  }

  private func contrast(_ a: Double, _ b: Double) -> Double { (max(a, b) + 0.05) / (min(a, b) + 0.05) }

  /// WCAG's relative luminance of `#rrggbb`.
  private func luminance(_ color: String) throws -> Double {
    let bits = try #require(UInt32(color.dropFirst(), radix: 16))
    let channels = [16, 8, 0].map { shift -> Double in
      let share = Double(bits >> UInt32(shift) & 255) / 255
      return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
  }
}
