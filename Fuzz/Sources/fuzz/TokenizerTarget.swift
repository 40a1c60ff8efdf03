import Tokenization

/// Encodes and decodes with a tokenizer, and writes it in every form.
func exercise(_ tokenizer: Tokenizer) {
  for text in ["abc ab  cab\n", "<s>é 12345 😀\u{0}</s>", "", String(repeating: "ab", count: 40)] {
    for flag in [false, true] {
      let ids = tokenizer.encode(text, addsSpecialTokens: flag, parsesSpecialTokens: flag)
      witness &+= (try? tokenizer.decode(ids, skipsSpecialTokens: flag))?.utf8.count ?? 0
      for id in ids { witness &+= tokenizer.bytes(of: id)?.count ?? 0 }
    }
  }
  for ids in [[-1], [Int.max], [Int.min], Array(0..<min(tokenizer.vocabularySize, 64))] {
    witness &+= (try? tokenizer.decode(ids))?.utf8.count ?? 0
  }
  witness &+= tokenizer.id(of: "ab") ?? 0
  witness &+= (try? tokenizer.embeddedVocabulary) == nil ? 0 : 1
  witness &+= (try? tokenizer.tokenizerJSON())?.utf8.count ?? 0
  witness &+= (try? tokenizer.llama2CVocabulary())?.count ?? 0
}

extension Target {
  /// tokenizer.json of every model kind and stage that is read, with tokens exchanged, lost and multiplied.
  static let tokenizer = Target(name: "tokenizer", fileName: "tokenizer.json") { random in
    var text = JSONTokens(tokenizerSeed(&random))
    if !random.chance(16) { text.mutate(&random, dictionary: tokenizerWords) }
    var file = text.bytes
    if random.chance(8) { file.mutate(&random) }
    return file
  } open: { path in
    exercise(try Tokenizer.load(from: path))
  }

  private static let tokenizerWords = [
    "\"BPE\"", "\"Unigram\"", "\"ByteLevel\"", "\"Sequence\"", "\"Split\"", "\"Replace\"", "\"Metaspace\"", "\"NFC\"",
    "\"type\"", "\"a\"", "\"ab\"", "\"a b\"", "\"\"", "\"\\u0000\"", "\"Regex\"", "\"(a+)+$\"", "\"[\"", "\"^\"",
    "\"$\"", "\"a{1,1000000000}\"", "\"(?=b)\"", "\"Isolated\"", "\"Removed\"", "null", "true", "false", "0", "-1", "{",
    "}", "[", "]", ",", ":", "\"Ġ\"", "\"</w>\"", "\"▁\"", "\"<0x41>\"", "\"<0x-1>\"", "\"<0xZZ>\"",
  ]

  private static func tokenizerSeed(_ random: inout Randomness) -> String {
    let normalizer = random.pick([
      "null", #"{"type": "NFC"}"#,
      #"{"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, "#
        + #"{"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}"#,
      #"{"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "#
        + #""lowercase": true}"#, #"{"type": "Strip", "strip_left": true, "strip_right": true}"#,
      #"{"type": "Replace", "pattern": {"Regex": "a+|\\s*"}, "content": "b"}"#, #"{"type": "Lowercase"}"#,
    ])
    let preTokenizer = random.pick([
      "null", #"{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true}"#,
      #"{"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": "\\p{L}+|\\p{N}{1,3}| ?\\s+"}, "#
        + #""behavior": "Isolated", "invert": false}, {"type": "ByteLevel", "add_prefix_space": false, "#
        + #""trim_offsets": true, "use_regex": false}]}"#,
      #"{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": true}"#,
      #"{"type": "Digits", "individual_digits": true}"#, #"{"type": "Punctuation", "behavior": "Removed"}"#,
      #"{"type": "BertPreTokenizer"}"#, #"{"type": "Whitespace"}"#,
    ])
    let decoder = random.pick([
      "null", #"{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true}"#,
      #"{"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, "#
        + #"{"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}"#,
      #"{"type": "BPEDecoder", "suffix": "</w>"}"#,
    ])
    let postProcessor = random.pick([
      "null",
      #"{"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, "#
        + #"{"Sequence": {"id": "A", "type_id": 0}}], "pair": [], "special_tokens": {"<s>": {"id": "<s>", "ids": [8], "#
        + #""tokens": ["<s>"]}}}"#, #"{"type": "ByteLevel", "trim_offsets": false}"#,
    ])
    let merges = random.pick([#"["a b", "ab c", "b c"]"#, #"[["a", "b"], ["ab", "c"]]"#, "[]"])
    let options = random.pick([
      #""unk_token": null"#, #""unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true"#,
      #""end_of_word_suffix": "</w>", "continuing_subword_prefix": "", "ignore_merges": true"#,
    ])
    return """
      {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [{"id": 8, "content": "<s>",
      "single_word": false, "lstrip": true, "rstrip": true, "normalized": false, "special": true}, {"id": 9,
      "content": "</s>", "single_word": true, "lstrip": false, "rstrip": false, "normalized": true, "special": false}],
      "normalizer": \(normalizer), "pre_tokenizer": \(preTokenizer), "post_processor": \(postProcessor),
      "decoder": \(decoder), "model": {"type": "BPE", "dropout": null, \(options), "vocab": {"<unk>": 0, "a": 1,
      "b": 2, "c": 3, "ab": 4, "abc": 5, "bc": 6, "Ġ": 7, "▁": 10, "<0x41>": 11, "c</w>": 12}, "merges": \(merges)}}
      """
  }
}
