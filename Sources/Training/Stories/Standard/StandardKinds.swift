/// Whom and what the stories are about.
let standardKinds = #"""
  kind child: they them their sort
    Ada Anna Bella Clara Daisy Ella Emma Fern Greta Hazel Ida Ivy Jane June Kitty Lena Lily Lotte Lucy Mabel Maya Mia
      Nell Nora Olive Penny Poppy Rosa Ruby Sara Stella Tess Tilda Vera Willa Zoe | she her her girl
    Adam Albert Ben Bruno Caleb Carl Daniel Emil Felix Finn Fred George Henry Hugo Ivan Jack Jonas Karl Leo Levi Louis
      Max Milo Ned Noah Oscar Otto Paul Peter Ralph Sam Theo Tim Tom Victor Will | he him his boy

  kind grown: they them their
    Mama Grandma Auntie | she her her
    Papa Grandpa Uncle | he him his

  kind neighbour: title they their
    Adler Baker Carter Fisher Hill Mason | Mrs she her
    Cooper Miller Potter Shepherd Stone Weaver | Mr he his

  kind pet: sort noise
    Biscuit Button Pepper Rusty | dog Woof
    Misty Mittens Smokey Whiskers | cat Meow
    Clover Nibbles Snowball Thumper | rabbit Sniff

  kind animal: noise verb food home
    hedgehog | snuffle snuffled apples leaves ; small
    squirrel | chatter chattered nuts tree ; small climbs
    mouse | squeak squeaked cheese wall ; small climbs
    robin | chirp chirped worms nest ; small flies
    sparrow | tweet tweeted crumbs hedge ; small flies
    owl | hoot hooted beetles barn ; flies
    crow | caw cawed cherries tower ; flies
    duck | quack quacked weeds pond ; flies swims
    goose | honk honked grass lake ; flies swims
    frog | croak croaked flies ditch ; small swims
    otter | whistle whistled fish river ; swims
    seal | bark barked herring bay ; swims
    beaver | click clicked bark dam ; swims
    fox | yelp yelped berries den
    badger | grunt grunted roots burrow
    lamb | bleat bleated clover fold ; farm
    goat | maa called thistles shed ; farm climbs
    pony | neigh neighed carrots stable ; farm
    donkey | bray brayed oats yard ; farm
    piglet | oink oinked turnips sty ; farm
    cow | moo mooed hay byre ; farm

  kind thing:
    kite balloon | ; flies
    ball hoop marble | ; rolls
    boat raft | ; floats
    doll bear blanket scarf mitten | ; soft
    drum whistle bell trumpet | ; loud
    lantern umbrella basket spade wagon puppet mirror compass button ribbon book paintbrush |

  kind colour:
    red orange yellow green blue purple pink white brown golden silver striped spotted |

  kind size:
    tiny little big great |

  kind trait:
    brave clever cheerful curious dreamy friendly gentle kind lively patient polite quick quiet shy thoughtful |

  kind joy:
    happy glad merry proud pleased delighted thankful |

  kind sorrow:
    sad upset gloomy tearful unhappy miserable |

  kind weather:
    sunny bright warm windy foggy frosty cloudy misty chilly rainy |

  kind day:
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday |

  kind town:
    Alderbrook Birchwick Cloverton Dunmoor Elmsea Fernhill Hollowford Larkfield Millbank Oakham Pebblesea Willowby |

  kind place: at
    garden meadow orchard forest valley park | in
    hill beach bridge green | on
    mill farm harbour market | at

  kind spot: under
    bench bed stairs table cart | under
    door curtain fence oven well | behind
    cupboard hayloft barrel hedge drawer | in
    roof shelf wall woodpile | on

  kind dish:
    cake pie pudding loaf tart |

  kind fruit:
    apple pear plum cherry lemon strawberry blackberry pumpkin |

  kind staple: where
    flour sugar salt | jar
    butter milk cream | larder
    honey | pot

  kind flower:
    sunflower tulip poppy rose daisy lily bluebell |

  kind treasure:
    shell feather pebble coin acorn key bead fossil |

  kind skill: doing
    swim | swimming
    whistle | whistling
    skate | skating
    juggle | juggling
    knit | knitting
    dance | dancing
    row | rowing
    climb | climbing

  kind count:
    two three four five six seven eight nine ten |

  """#
