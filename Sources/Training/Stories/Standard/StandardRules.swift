/// How stories begin and end, and phrases that several plots share.
let standardRules = #"""
  rule story
    12: {hero=child} <opening> <plot> <ending>
    <letter>

  rule opening
    4: Once upon a time, there was {trait=trait} {trait.a} {trait} {hero.sort} called {hero}.
    3: In {town=town} {town} there lived {trait=trait} {trait.a} {trait} {hero.sort} whose name was {hero}.
    3: {Hero} was {trait=trait} {trait.a} {trait} {hero.sort} who lived <dwelling>
    2: There once was a {hero.sort} called {hero}, and everybody said {hero.they} was the most {trait=trait} {trait}
      {hero.sort} in {town=town} {town}.

  rule dwelling
    {place=place} near the {place}.
    in {size=size} {size.a} {size} house in {town=town} {town}.
    with {grown=grown} {grown} in {town=town} {town}.

  rule ending
    {Hero} slept very well that night.
    And that was the end of it.
    {Hero} told {grown=grown} {grown} all about it at supper.
    From that day on, {hero} was a little wiser.
    {Hero} laughed, and went home to {dish=dish} {dish.a} {dish} with {fruit=fruit} {fruit} jam.
    If you ever come to {town=town} {town}, you may still hear people tell of it.
    -

  # When something happens. The line goes on with a name.
  rule oneday
    3: One day,
    2: One {weather=weather} {weather} morning,
    2: One {weather=weather} {weather} afternoon,
    Last {day=day} {day},
    On a {weather=weather} {weather} {day=day} {day},

  rule soon
    2: Soon
    Before long
    After a while
    In the end

  rule well
    very well
    quite well
    carefully
    with both hands

  rule plot
    3: <lost>
    2: <tree>
    3: <rescue>
    2: <baking>
    2: <garden>
    2: <swap>
    2: <quarrel>
    2: <noise>
    2: <race>
    2: <gift>
    2: <skill>
    2: <broken>
    2: <newcomer>
    2: <snow>
    2: <wish>
    2: <map>
    2: <voice>
    2: <crossing>
    <guard>
  """# + "\n"
