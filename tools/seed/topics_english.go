package seed

var englishTopics = []topic{
	{
		titles:   []string{"Riding to work", "A long ride", "Bicycle repair", "River path"},
		openings: []string{"I rode my bicycle to work for the first time this year.", "We cycled sixty miles along the coast on Sunday.", "My chain has been squeaking for weeks, so I finally cleaned it.", "The river path is open again after the flood."},
		turns:    []string{"It took ten minutes longer than the bus and I arrived smiling.", "The headwind on the way back taught me some humility.", "Half the problem was a single worn link.", "I counted four herons and one very angry goose."},
		replies:  []string{"Which route did you take?", "Mind the roadworks by the bridge.", "A clean chain is the cheapest upgrade there is.", "The goose is always angry."},
	},
	{
		titles:   []string{"Morning coffee", "Espresso notes", "A new café", "Cold brew"},
		openings: []string{"I finally dialled in the grinder.", "A new café opened on our street this morning.", "Cold brew sat in the fridge for eighteen hours.", "I tried brewing with softer water."},
		turns:    []string{"The cup tasted of apricot, which I did not expect.", "They roast the beans behind the counter.", "Next time I will use a coarser grind.", "The difference is larger than any gadget ever made."},
		replies:  []string{"What ratio do you use?", "Soft water changed everything for me too.", "Save me a seat by the window.", "Eighteen hours is a lot of patience."},
	},
	{
		titles:   []string{"Sunday bread", "Leftover soup", "Learning to cook", "Pickles"},
		openings: []string{"The sourdough rose properly for once.", "I made soup from everything that was left in the fridge.", "My grandmother sent me her recipe for dumplings.", "I pickled a whole crate of cucumbers."},
		turns:    []string{"The kitchen smelled wonderful until noon.", "A squeeze of lemon at the end saved it.", "The instructions say 'until it feels right', so wish me luck.", "There is dill on every surface of this flat."},
		replies:  []string{"Please share the recipe!", "Lemon fixes most things.", "'Until it feels right' is the best instruction.", "How long do they keep?"},
	},
	{
		titles:   []string{"Finished a novel", "Reading list", "At the library", "Underlined"},
		openings: []string{"I stayed up far too late to finish a novel.", "The librarian recommended a book I would never have picked.", "I am reading one poem every evening.", "I found my old notes in the margin of a paperback."},
		turns:    []string{"The last chapter turned the whole story around.", "It is about lighthouses, and somehow about my family.", "Some lines stay with you all day.", "I apparently disagreed with everything at nineteen."},
		replies:  []string{"No spoilers, please!", "Adding this to my list.", "Librarians know everything.", "I still write in margins."},
	},
	{
		titles:   []string{"Up the hill", "Autumn walk", "Trail notes", "Lost in the fog"},
		openings: []string{"We started climbing before sunrise.", "The leaves are at their best this week.", "I broke in my new boots on the ridge trail.", "Fog covered the valley all morning."},
		turns:    []string{"Breakfast at the summit tasted better than any restaurant.", "My knees complained on the way down.", "A stranger shared oranges with us at the top.", "We found the hut by the sound of its bell."},
		replies:  []string{"What time did you set off?", "Walking poles help with the knees.", "I miss that ridge.", "Glad you made it back safely."},
	},
	{
		titles:   []string{"Debugging", "Ship it", "Code review", "Small refactor"},
		openings: []string{"The bug I hunted all day was a missing comma.", "I deployed my first service this afternoon.", "A colleague's review taught me more than a course.", "I split a long function into five short ones."},
		turns:    []string{"A test would have found it in a minute.", "Watching the graphs stay flat was oddly exciting.", "We agreed never to deploy on Friday afternoons.", "Naming them took longer than writing them."},
		replies:  []string{"It is always a comma.", "Flat graphs are the best graphs.", "Friday deploys build character.", "Good names are worth the time."},
	},
	{
		titles:   []string{"The cat again", "Cat versus box", "Vet day", "A new kitten"},
		openings: []string{"The cat woke me at five to show me a leaf.", "I built a cat tower that took three hours.", "We took the cat to the vet today.", "A kitten followed my daughter home."},
		turns:    []string{"She sleeps in the cardboard box instead.", "Everything is fine, apart from my scratched arm.", "She has already chosen the best chair.", "I am told that we have no say in this."},
		replies:  []string{"Pictures or it did not happen.", "The box always wins.", "Glad she is healthy!", "You belong to the cat now."},
	},
	{
		titles:   []string{"By train", "Weekend away", "Travelling alone", "To the sea"},
		openings: []string{"I took the slow train just to look out of the window.", "We spent two nights on a small island.", "I travelled alone for the first time in years.", "The sea was grey and loud and exactly what I needed."},
		turns:    []string{"The best meal was soup from a market stall.", "Nobody knew where I was for a whole afternoon.", "There were more stars than I remembered.", "I very nearly missed the boat back."},
		replies:  []string{"Slow trains are the best trains.", "Where did you stay?", "The sea fixes everything.", "Next time, take me along."},
	},
	{
		titles:   []string{"Guitar practice", "Concert night", "Song of the day", "Piano lessons"},
		openings: []string{"I put new strings on my old guitar.", "We saw our favourite band in a tiny hall.", "One song has been stuck in my head since Monday.", "I signed up for piano lessons at forty."},
		turns:    []string{"My fingers hurt and I could not be happier.", "Everybody sang the last chorus together.", "It turns out that the lyrics are about a lighthouse.", "Ten minutes a day is the plan."},
		replies:  []string{"Which song is it?", "It is never too late to start.", "I was at that concert too!", "The first month is the hardest."},
	},
	{
		titles:   []string{"Balcony garden", "Rainy day", "Tidying up", "First snow"},
		openings: []string{"The tomatoes on my balcony finally sprouted.", "It has been raining since breakfast.", "I found old letters while tidying the wardrobe.", "The whole town was white this morning."},
		turns:    []string{"One small green leaf made my day.", "I made pancakes and watched the street.", "I kept everything that I meant to throw away.", "Every corner has its own snowman now."},
		replies:  []string{"How often do you water them?", "Rain and pancakes go together.", "Letters always stay.", "The first snow still makes me feel like a child."},
	},
}
