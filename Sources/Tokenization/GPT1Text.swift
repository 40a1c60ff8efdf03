enum GPT1Text { static func standardized(_ text: [UInt8]) -> [UInt8] { text } }
