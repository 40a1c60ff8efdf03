/// Plots about animals, weather and wonders, and letters.
let standardAdventures = #"""
  # An animal needs help.
  rule rescue
    {animal=animal.small} {place=place} <oneday> {hero} found a {size=size} {size} {animal} {place.at} the {place}. <plight>
      <care> <home>

  rule plight
    Its leg was hurt.
    It was cold and wet.
    It had lost its mother.
    ?animal.flies It had fallen out of its {animal.home} and could not fly.

  rule care
    {grown=grown} {Hero} carried it home to {grown}, who knew what to do. "Give it {animal.food}," {grown.they} said.
    {soft=thing.soft} {Hero} wrapped it in {hero.their} {soft} and fed it {animal.food}.
    {friend=child} {Hero} called {friend}. They made a bed of straw and gave it {animal.food}.

  rule home
    Every day the {animal} grew stronger. After {count=count} {count} days it went back to its {animal.home}. <wave>
    The next morning it {animal.verb} at the window, for it wanted to go back to its {animal.home}. <wave>
    But the {animal} did not want to leave any more. It {animal.verb} and stayed.

  rule wave
    {Hero} waved for a long time.
    Every spring, it comes back with its children.
    "{Animal.noise}," it called, and that meant thank you.
    {Hero} was {joy=joy} {joy} and {sorrow=sorrow} {sorrow} at once.

  # A seed is sown, and takes its time.
  rule garden
    {flower=flower} <seed> <waiting> <bloom>

  rule seed
    {owner=neighbour} {owner.title} {owner} gave {hero} one small seed. {Hero} put it in the ground and gave it water.
    <oneday> {hero} found a seed in {hero.their} pocket and planted it {spot=spot} beside the {spot}.

  rule waiting
    {count=count} {Count} days went by, and nothing happened. <patience>
    "Grow!" said {hero} every morning, but it did not. <patience>
    {thief=animal.flies} {Thief.a} {thief} wanted to eat it, but {hero} chased it away. Still nothing grew. <patience>

  rule patience
    "Wait a little longer," said {grown=grown} {grown}.
    {Hero} wanted to dig it up, but did not.
    {friend=child} {friend} laughed at {hero.them}. "There is nothing there!" {friend.they} said.

  rule bloom
    {colour=colour} Then, one {weather=weather} {weather} morning, there stood {colour.a} {colour} {flower}. <picked>
    Then a green leaf came out, and another, and at last {flower.a} {flower} as tall as {hero}. <picked>

  rule picked
    {Hero} did not pick it. {Hero} let it grow for everyone.
    {guest=animal.small} {Guest.a} {guest} came to live under it.
    {Hero} kept its seeds, and the next year there were {many=count} {many} of them.

  # One thing becomes another, and another.
  rule swap
    {thing=thing} {friend=child} {second=thing} {other=child} {third=thing} <oneday> {hero} met {friend}, who had
      {second.a} {second}. {Hero} gave {friend} {hero.their} {thing} for it. Then {hero} met {other}, and swapped the
      {second} for {third.a} {third}. <regret>

  rule regret
    {Hero} went home with the {third}, as {joy=joy} {joy} as could be.
    But at home {hero} missed the {thing}. "{Friend}, may I have it back?" {hero.they} asked. <back>
    But the {third} was old and torn. "I was a fool," said {hero}. <back>

  rule back
    "Only for {treasure=treasure} {treasure.a} {treasure}," said {friend}, and that was fair.
    {Friend} laughed and gave it back for nothing.
    So all three of them swapped once more, and everybody was {joy=joy} {joy}.

  # A noise in the night.
  rule noise
    {guest=animal} {spot=spot} One night, {hero} woke up. There was a noise {spot.under} the {spot}. <afraid> <lamp>

  rule afraid
    {Hero} pulled the blanket over {hero.their} head.
    "Is it a ghost?" {hero} whispered.
    {friend=child} {friend} was staying the night, and heard it too.
    {pet=pet} Even {pet} the {pet.sort} was afraid.

  rule lamp
    {Hero} took a lamp and looked. It was only {guest.a} {guest}! It {guest.verb} and ate {guest.food}. <relief>
    {grown=grown} {grown} came with a candle. "It is nothing but {guest.a} {guest}," {grown.they} said. <relief>
    Then something {guest.verb}. "A ghost does not say {guest.noise}," said {hero}. "You are {guest.a} {guest}!" <relief>

  rule relief
    {Hero} opened the door, and it ran back to its {guest.home}.
    After that, {hero} was not afraid of the dark any more.
    {Hero} laughed until the whole house was awake.

  # A race, and something that matters more.
  rule race
    {rival=child} {place=place} <oneday> {hero} and {rival} ran a race to the {place}. <lead> <fall>

  rule lead
    {Hero} was the first from the start.
    {Rival} was fast, but {hero} was faster.
    They ran side by side, past {count=count} {count} trees.

  rule fall
    Then {rival} fell and hurt {rival.their} knee. {Hero} could have won, but {hero.they} turned back. <helped>
    Then {hero} fell, and {rival} ran on. {Rival} stopped, thought for a moment, and came back. <helped>
    {animal=animal.farm} But then {animal.a} {animal} ran past them both, and won. How they laughed!

  rule helped
    They came in last, arm in arm, and everyone clapped.
    "You are a true friend," said {grown=grown} {grown}, who had seen it all.
    So neither of them won, and both of them did.

  # A present that costs nothing.
  rule gift
    {grown=grown} It was {grown}'s birthday, and {hero} had no money for a present. <idea> <given>

  rule idea
    {treasure=treasure} So {hero} found {treasure.a} {treasure} and hung it on a string.
    {flower=flower} {Hero} went out and picked {count=count} {count} {colour=colour} {colour} flowers, and one {flower}.
    {Hero} drew {animal=animal} {animal.a} {animal} with a {weather=weather} {weather} sky above it.
    {skill=skill} "I will teach you {skill.doing}," said {hero}. That was the present.

  rule given
    "It is the best present of all," said {grown}, and {grown.their} eyes were wet.
    {Grown} put it away {spot=spot} {spot.under} the {spot} where {grown.they} kept {grown.their} dearest things.
    {Grown} laughed and hugged {hero.them}.

  # Something is hard to learn.
  rule skill
    {skill=skill} {Hero} wanted to learn to {skill}. <failing> <advice> <done>

  rule failing
    The first time was a disaster.
    {count=count} {Hero} tried {count} times, and {count} times it went wrong.
    {mocker=child} {mocker} could do it already. "You will never learn it!" {mocker.they} said.
    {Hero} practised from {day=day} {day} to {other=day} {other}.

  rule advice
    {owner=neighbour} "Do it slowly," said {owner.title} {owner}.
    {grown=grown} "I could not do it either at your age," said {grown}.
    {animal=animal} {Animal.a} {animal} watched and {animal.verb}. "Now you try it," said {hero} crossly.
    "One more time," {hero} said every evening.

  rule done
    And then, all at once, it worked! {Hero} would not stop {skill.doing}.
    <soon> {hero} could {skill} better than anyone in {town=town} {town}.
    Today {hero} teaches {skill.doing} to {pupil=child} {pupil}.

  # Snow.
  rule snow
    {friend=child} One morning the world was white. {Hero} and {friend} built a snowman with <face> <melt>

  rule face
    {nose=fruit} {nose.a} {nose} for a nose.
    {hat=thing.soft} {colour=colour} {colour.a} {colour} {hat} around its neck.
    {eyes=treasure} {eyes.a} {eyes} for each eye.
    {count=count} {count} buttons and {hero}'s old hat.

  rule melt
    On {day=day} {day} the sun came out, and the snowman got smaller and smaller. <goodbye>
    At night it winked at them, but only {hero} saw it. <goodbye>

  rule goodbye
    "Come back next winter," said {friend}.
    {thief=animal} Then {thief.a} {thief} ate its nose.
    "It has gone to the sea," said {hero}, "and will come back as rain."

  # A wish is granted, more or less.
  rule wish
    {treasure=treasure} {spot=spot} <oneday> {hero} found {treasure.a} {treasure} {spot.under} the {spot}. It began to
      speak. "You have one wish," said the {treasure}. <wished>

  rule wished
    {dish=dish} "I want all the {dish} in the world," said {hero}. At once there was {dish} everywhere, up to the roof.
      <undone>
    {animal=animal} "I want to be {animal.a} {animal}," said {hero}. At once {hero.they} {animal.verb} and wanted
      {animal.food}. <undone>
    {animal=animal} {count=count} "I want {animal.a} {animal}," said {hero}. At once there were {count} of them, and
      every one {animal.verb}. <undone>
    {friend=child} "I wish that {friend} may get well again," said {hero}. The next day, {friend} was at the door with
      a big smile.

  rule undone
    {Hero} had to laugh and cry. "Please undo it," {hero.they} said, and the {treasure} did.
    "Is that what you wanted?" asked the {treasure}. {Hero} shook {hero.their} head, and it was over.
    It lasted until {day=day} {day}. It was a long time.

  # A map.
  rule map
    {spot=spot} {place=place} <oneday> {hero} found an old map {spot.under} the {spot}. <companion> <digging>

  rule companion
    {friend=child} {Friend} came too. They followed it to the {place} and counted {count=count} {count} steps.
    {pet=pet} {Pet} the {pet.sort} came too. They walked to the {place}, and {pet} began to dig.
    {Hero} went alone, all the way to the {place}.

  rule digging
    There was a box {with=treasure} with {with.a} {with} in it, and a note: {grown=grown} "{Grown} was here, {count=count}
      {count} years old."
    There was a box, and in it a smaller box, and in that one {with=treasure} {with.a} {with}.
    There was nothing but {animal=animal} {animal.a} {animal}. It {animal.verb}, as if it wanted to say: too late!

  # An animal has lost its voice.
  rule voice
    {animal=animal} <oneday> {hero} met {animal.a} {animal} that did not know any more what to say. <asking> <remember>

  rule asking
    {first=animal} {second=animal} "Say {first.noise}," said the {first}. "Say {second.noise}," said the {second}. But
      none of it was right.
    {first=animal.farm} "Perhaps you are {first.a} {first}, and say {first.noise}," said {hero}. The {animal} shook its
      head.
    {friend=child} {friend} barked, meowed and sang, but it did not help.

  rule remember
    Then {hero} gave it {animal.food}. "{Animal.noise}!" said the {animal}. It had come back!
    {Hero} tickled it. "{Animal.noise}!" it cried, and ran home to its {animal.home}.
    In the night, {hero} heard it from afar: {animal.noise}, {animal.noise}, {animal.noise}.

  # Over the water.
  rule crossing
    {friend=child} {boat=thing.floats} {animal=animal.swims} <oneday> {hero} and {friend} built a big {boat} and set out
      over the lake. <storm> <ashore>

  rule storm
    A wind came up and the waves grew high.
    The {boat} had a hole, and the water came in.
    {Friend} had forgotten the oars.
    In the middle of the lake, they got stuck on a rock.

  rule ashore
    Then {animal.a} {animal} came and pulled them to the shore. <payment>
    "{Animal.noise}!" it sounded from the water. {Animal.a} {animal} showed them the way. <payment>

  rule payment
    They gave it {animal.food} and promised to come again.
    Nobody believed them at home, except {grown=grown} {grown}.
    "Next time we will walk," said {friend}.

  # Somebody keeps watch.
  rule guard
    {animal=animal.farm} {owner=neighbour} {owner.title} {owner} had to go to town, and asked {hero} to look after the
      {animal}. <escape>

  rule escape
    It was good until {hero} fell asleep. Then the {animal} was gone! {spot=spot} {Hero} found it {spot.under} the
      {spot}, where it ate {animal.food}.
    All went <well> and in the evening {hero} got {fruit=fruit} {fruit.a} {fruit} and {count=count} {count} coins.

  # A letter.
  rule letter
    {friend=child} {hero=child} Dear {friend},¶how are you? I am <health> <news> <asks> Your {hero}

  rule health
    {joy=joy} {joy} today.
    {sorrow=sorrow} {sorrow}, for it has been {weather=weather} {weather} all week.
    staying with {grown=grown} {grown} in {town=town} {town}.

  rule news
    {pet=pet} We have a new {pet.sort} called {pet}.
    {animal=animal} {spot=spot} Yesterday I saw {animal.a} {animal} {spot.under} the {spot}. It {animal.verb} at me.
    {skill=skill} I can {skill} now, and I do it every day.
    {thing=thing} {colour=colour} I have lost my {colour} {thing}. Did I leave it at your house?

  rule asks
    Please come and see me on {day=day} {day}!
    {dish=dish} {fruit=fruit} If you come, we will bake {fruit.a} {fruit} {dish}.
    Write to me soon.
  """# + "\n"
