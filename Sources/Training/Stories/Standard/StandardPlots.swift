/// Plots about things and neighbours.
let standardPlots = #"""
  # Something is lost, and found where nobody had looked.
  rule lost
    {thing=thing} {colour=colour} <treasured> <oneday> {hero} <missed> <search> <find>

  rule treasured
    {Hero} loved {hero.their} {colour} {thing} more than anything.
    {Hero.their} favourite thing was {colour.a} {colour} {thing}.
    For {hero.their} birthday, {hero} got {colour.a} {colour} {thing} from {giver=grown} {giver}.

  rule missed
    looked for the {thing}, but it was gone.
    wanted to show the {thing} to everyone, but it was nowhere to be found.
    came home without the {thing} and felt {sorrow=sorrow} {sorrow}.
    woke up and cried,¶"Where is my {thing}?"

  rule search
    {friend=child} {first=spot} {Friend} came to help. They looked {first.under} the {first}, but there was only
      {find=treasure} {find.a} {find}. <find2>
    {first=spot} {second=spot} {Hero} looked {first.under} the {first} and {second.under} the {second}. Nothing!
    {pet=pet} {Pet} the {pet.sort} sniffed about. "{pet.noise}!" said {pet}, and ran ahead.
    "Do not cry," said {grown=grown} {grown}. "Where did you have it last?"

  rule find2
    {Friend} kept it.
    "That is not it," said {friend}.
    {Hero} put it in {hero.their} pocket all the same.

  rule find
    {goal=spot} <soon> they found it {goal.under} the {goal}, where {hero} had left it <lately> <vow>
    {helper=animal} {goal=spot} <soon> {helper.a} {helper} came by. It pointed {goal.under} the {goal}, and there was
      the {thing}! <thanks>
    {helper=animal.small} In the evening, {hero} saw {helper.a} {helper} asleep on something {colour}. It was the
      {thing}! <bed>
    {owner=neighbour} Then {owner.title} {owner} knocked at the door. "Is this {colour} {thing} yours?" {owner.they}
      asked. {Hero} was so {joy=joy} {joy} that {hero.they} danced.

  rule lately
    on {day=day} {day}.
    the night before.
    while playing.

  rule vow
    "I will take better care of it," said {hero}.
    {Hero} never lost it again.
    {Hero} gave the {thing} a kiss.

  rule thanks
    {Hero} thanked the {helper} with {helper.food}.
    "Thank you, little {helper}!" said {hero}. "{Helper.noise}," said the {helper}.

  rule bed
    ?thing.soft {Hero} let the {helper} sleep on, for it was a very soft {thing}.
    !thing.soft {Hero} made the {helper} a better bed of {helper.food} and took the {thing} home.
    {Hero} smiled. "You may borrow it until {day=day} {day}," {hero.they} whispered.

  # Something is stuck in a tree.
  rule tree
    {thing=thing.flies} {colour=colour} <oneday> {hero} went out with {colour.a} {colour} {thing}. <gust> <stuck>
    {thing=thing.rolls} {colour=colour} <oneday> {hero} threw {colour.a} {colour} {thing} as high as {hero.they} could.
      <stuck>

  rule gust
    The wind took hold of the {thing} and pulled.
    Up it went, over the roof and over the {place=place} {place}.
    "Higher!" called {hero}, and let go too soon.

  rule stuck
    It got stuck in a tall tree! <trying> <down>
    It came down on top of a chimney! <trying> <down>

  rule trying
    {Hero} jumped and jumped, but could not reach it.
    {Hero} shook a stick at it. The {thing} did not move.
    {friend=child} {Friend} stood on {hero.their} shoulders, but they were still too short.
    "Come down, please," said {hero}. The {thing} did not listen.

  rule down
    {helper=animal.climbs} Then {helper.a} {helper} came along. It climbed up <quick> and pushed the {thing} down. <fed>
    {helper=animal.flies} Then {helper.a} {helper} flew by. It took the string in its beak and brought the {thing} back.
      <fed>
    {owner=neighbour} {owner.title} {owner} saw it and fetched a ladder. {count=count} "{Count} steps up, and here it
      is," {owner.they} said.

  rule quick
    in no time
    step by step
    without a sound

  rule fed
    "You shall have all the {helper.food} you like," said {hero}.
    {Hero} shared {hero.their} {dish=dish} {dish} with the {helper}.
    "{Helper.noise}, {helper.noise}!" said the {helper}, and was gone.

  # Baking, with something missing.
  rule baking
    {grown=grown} {dish=dish} {fruit=fruit} {staple=staple} <oneday> {hero} and {grown} wanted to bake {fruit.a} {fruit}
      {dish}. <empty> <lend> <eaten>

  rule empty
    But the {staple.where} was empty. There was no {staple} left.
    They stirred and they sang. "Now the {staple}," said {grown}, but somebody had eaten it all.
    {Hero} opened the {staple.where}. "No {staple}!" {hero.they} cried.

  rule lend
    {owner=neighbour} So {hero} ran to {owner.title} {owner}, who gave {hero.them} {count=count} {count} spoons of {staple}.
      <bakes> {Owner.title} {owner} got the first piece.
    {friend=child} So {hero} asked {friend}. "We have some {staple}," said {friend}, "but no {fruit}." They put
      everything together. <bakes> Half of it was for {friend}.
    {helper=animal.farm} {Hero} told {hero.their} trouble to the {helper} in the {helper.home}. The {helper} only
      {helper.verb}. So they made it without {staple}. <bakes> It tasted strange, and the {helper} ate most of it.

  rule bakes
    It smelled so good that {pet=pet} {pet} the {pet.sort} came in from the garden.
    The {dish} rose and rose until it was as big as a hat.
    {Hero} watched the oven the whole time.

  rule eaten
    "Next time we will look in the {staple.where} first," said {grown}.
    Not one crumb of the {dish} was left.
    {Hero} had {fruit} on {hero.their} nose all evening.

  # Two want the same thing.
  rule quarrel
    {friend=child} {thing=thing} {colour=colour} <oneday> {hero} and {friend} found {colour.a} {colour} {thing}.
      "It is mine!" said {hero}. "No, mine!" said {friend}. <pulling> <apart> <peace>

  rule pulling
    They both pulled.
    {Hero} took it and ran away.
    {Friend} stamped {friend.their} foot.
    They shouted so loudly that {helper=animal.flies} {helper.a} {helper} flew off.

  rule apart
    Then each of them sat alone, and both felt {sorrow=sorrow} {sorrow}.
    {Hero} played with it, but it was no fun without {friend}.
    {grown=grown} "What good is {thing.a} {thing} without a friend?" asked {grown}.

  rule peace
    "I am sorry," said {hero}. "So am I," said {friend}. <turns>
    {Hero} went to {friend} with {treasure=treasure} {treasure.a} {treasure}. "Are we friends again?" {hero.they} asked.
      <turns>
    {Friend} came back with {fruit=fruit} {fruit.a} {fruit} cut in two. <turns>

  rule turns
    After that, {hero} had the {thing} on {day=day} {day} and {friend} on {other=day} {other}.
    ?thing.rolls They rolled the {thing} to each other until it was dark.
    ?thing.floats They put the {thing} into the water and watched it sail together.
    ?thing.loud They made so much noise together that {owner=neighbour} {owner.title} {owner} shut the window.
    They gave the {thing} to {small=child} {small}, who had none.

  # Something is broken, and nobody saw.
  rule broken
    {thing=thing} {grown=grown} <oneday> {hero} dropped {grown}'s {thing}. Crack! It broke in {count=count} {count} pieces.
      <hiding> <owning>

  rule hiding
    {spot=spot} Nobody had seen it. {Hero} hid the pieces {spot.under} the {spot}.
    {pet=pet} "{pet} did it," {hero} wanted to say. But {pet} the {pet.sort} looked at {hero.them} with big eyes.
    All day long, {hero} did not say a word.

  rule owning
    At last {hero} said, "It was me. I am sorry." <forgiven>
    {Hero} could not eat {hero.their} {dish=dish} {dish}. "I broke the {thing}," {hero.they} said. <forgiven>

  rule forgiven
    "Thank you for telling me," said {grown}. Together they glued it.
    {Grown} was cross for a moment. Then {grown.they} fetched the glue.
    "Pieces can be mended," said {grown}. "I am glad that you told the truth."

  # Somebody new moves in.
  rule newcomer
    {friend=child} <oneday> a new {friend.sort} came to live next door. {Friend.their} name was {friend}. <shy> <offer>

  rule shy
    {Friend} looked at {friend.their} shoes and said nothing.
    {Friend} knew nobody and felt {sorrow=sorrow} {sorrow}.
    {Friend} sat on the steps with {thing=thing} {thing.a} {colour=colour} {colour} {thing} and did not look up.

  rule offer
    {dish=dish} {Hero} brought {friend.them} a piece of {dish}. <joined>
    {pet=pet} "This is {pet}," said {hero}. "{pet.noise}!" said the {pet.sort}, and {friend} had to laugh. <joined>
    {game=thing.rolls} "Do you want to play with my {game}?" asked {hero}. <joined>

  rule joined
    Then {friend} smiled for the first time.
    They talked until the stars came out.
    By {day=day} {day} they were best friends.
    "Come again tomorrow," said {friend}.
  """# + "\n"
