extension Text {
  /// Each run with a function of its own over code points. `previous` is whether the code point before has case.
  private func mapped(_ transform: (Unicode.Scalar, _ isFirst: Bool, _ followsCased: Bool) -> String) -> Text {
    var builder = TextBuilder()
    var start = 0
    var isFirst = true
    var followsCased = false
    for run in runs {
      var result = ""
      for scalar in String(decoding: bytes[start..<run.end], as: UTF8.self).unicodeScalars {
        result.unicodeScalars.append(contentsOf: transform(scalar, isFirst, followsCased).unicodeScalars)
        isFirst = false
        followsCased = scalar.properties.isCased
      }
      builder.append(Array(result.utf8), isData: run.isData)
      start = run.end
    }
    return builder.finish().marked(isMarkup)
  }

  func uppercased() -> Text {
    if isASCII { return mappedASCII { (0x61...0x7A).contains($0) ? $0 - 0x20 : $0 } }
    return mapped { scalar, _, _ in scalar.properties.uppercaseMapping }
  }

  func lowercased() -> Text {
    if isASCII { return mappedASCII { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 } }
    return withFinalSigmas().mapped { scalar, _, _ in scalar.properties.lowercaseMapping }
  }

  /// The first code point as a title begins, all others in lower case.
  func capitalized() -> Text {
    withFinalSigmas().mapped { scalar, isFirst, _ in
      isFirst ? scalar.properties.titlecaseMapping : scalar.properties.lowercaseMapping
    }
  }

  /// Each word as a title has it; a word starts where no letter comes before.
  func titlecased() -> Text {
    withFinalSigmas().mapped { scalar, _, followsCased in
      followsCased ? scalar.properties.lowercaseMapping : scalar.properties.titlecaseMapping
    }
  }

  func caseSwapped() -> Text {
    mapped { scalar, _, _ in
      scalar.properties.isUppercase
        ? scalar.properties.lowercaseMapping
        : scalar.properties.isLowercase ? scalar.properties.uppercaseMapping : String(scalar)
    }
  }

  var isASCII: Bool { bytes.allSatisfy { $0 < 0x80 } }

  private func mappedASCII(_ transform: (UInt8) -> UInt8) -> Text {
    Text(bytes.map(transform), origin).marked(isMarkup)
  }

  /// With each capital sigma at the end of a word as the small one that belongs there.
  private func withFinalSigmas() -> Text {
    guard firstOffset(of: Array("Σ".utf8)) != nil else { return self }
    var scalars = Array(string.unicodeScalars)
    func cased(_ indices: some Sequence<Int>) -> Bool {
      for index in indices where !scalars[index].properties.isCaseIgnorable { return scalars[index].properties.isCased }
      return false
    }
    for index in scalars.indices where scalars[index] == "Σ" {
      if cased((0..<index).reversed()), !cased((index + 1)..<scalars.count) { scalars[index] = "ς" }
    }
    var bytes: [UInt8] = []
    for scalar in scalars { bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter) }
    return Text(bytes, origin).marked(isMarkup)  // Both sigmas have two bytes, so the runs stay.
  }

  /// Whether all letters with case are in this case, and there are any.
  func isAll(uppercase: Bool) -> Bool {
    var hasCased = false
    for scalar in string.unicodeScalars {
      let properties = scalar.properties
      if uppercase ? properties.isLowercase : properties.isUppercase { return false }
      if properties.generalCategory == .titlecaseLetter { return false }
      if uppercase ? properties.isUppercase : properties.isLowercase { hasCased = true }
    }
    return hasCased
  }

  var isTitle: Bool {
    var followsCased = false
    var hasCased = false
    for scalar in string.unicodeScalars {
      let properties = scalar.properties
      if properties.isUppercase || properties.generalCategory == .titlecaseLetter {
        if followsCased { return false }
        (followsCased, hasCased) = (true, true)
      } else if properties.isLowercase {
        if !followsCased { return false }
        hasCased = true
      } else {
        followsCased = false
      }
    }
    return hasCased
  }
}
