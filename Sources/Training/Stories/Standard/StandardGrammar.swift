extension StoryGrammar {
  /// The stories that `swiftlet data stories` writes: children, their things and friends, twenty plots.
  /// - Throws: Nothing for the grammar as it stands; a test reads it.
  public static func standard() throws(StoryError) -> StoryGrammar {
    try StoryGrammar(standardKinds + standardRules + standardPlots + standardAdventures)
  }
}
