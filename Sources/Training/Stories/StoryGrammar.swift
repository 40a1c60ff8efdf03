/// A probabilistic grammar of stories that knows how much information each story holds.
///
///     let grammar = try StoryGrammar.standard()
///     for story in grammar.stories(seed: 1).prefix(3) { print(story.text, story.bits) }
///     let floor = grammar.expectation                       // exact: bits and bytes per story
///
/// A language model's loss on such a corpus can be read against a floor that is known: no model, however large, can
/// code the stories in fewer bits than their entropy on average.
///
/// **Notation.** Kinds list entities; rules list alternatives, each drawn by its weight among those that are open:
///
///     kind child: they their
///       Ada Mia | she her
///       Leo | he his
///     kind toy:
///       kite balloon | ; flies
///       ball |
///     rule story
///       {hero=child} {lost=toy} {Hero} had {lost.a} {lost}. <trouble> {Hero.they} was sad.
///     rule trouble
///       2: ?lost.flies The wind took it.
///       {Hero} forgot {hero.their} {lost} in the park.
///
/// `{hero=child}` draws a child evenly among those that no variable holds yet, `{lost=toy.flies}` among those with a
/// tag. A variable lives until the end of its alternative, in the rules called from there too. `{hero.their}` writes a
/// form, `{Hero}` begins it with a capital letter, `a` is every kind's article. `2:` is a weight, `?lost.flies` opens
/// an alternative only where the tag is there and `!lost.flies` where it is not, `¶` between two words breaks the line,
/// `-` is an empty alternative, and lines indented by four continue the line before.
///
/// **Why the entropy is exact.** A story's bits are the sum of −log₂ p over the choices that made it. That is the
/// information of its *text* if no other choices make the same text, and this is so because of two things that are
/// checked. The words tell which alternatives were taken: `ambiguity()` searches for two ways through the rules that
/// could ever write the same words and finds none. And the words tell the variables: each is written in a form in
/// which its kind's entities all differ, or the grammar is refused.
public struct StoryGrammar: Sendable {
  let plan: StoryPlan
  /// What stories of this grammar hold on average.
  public let expectation: StoryExpectation

  /// Reads a grammar in the notation above.
  /// - Throws: `StoryError`, naming the line, where it cannot be read; or where a choice can be left without anything
  ///   to choose from.
  public init(_ text: String) throws(StoryError) {
    plan = try StoryPlan(StoryNotation(text))
    expectation = try StoryExpectation(plan)
  }
}
