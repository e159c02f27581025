package terms

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// after is what a particle asks of the syllable before it.
type after uint8

const (
	anything after = iota
	consonant
	vowel
	vowelOrRieul
)

// trust is how sure it is that what looks like a particle is one.
type trust uint8

const (
	// sure particles end nothing else.
	sure trust = iota
	// likely ones end verbs of two syllables too (작은, 먹을, 하는), so that what
	// is before them need not be a noun of one syllable.
	likely
	// doubtful ones end many nouns too (고양이, 바나나): who types one may mean
	// the noun.
	doubtful
)

// particle (josa) is what follows a Korean noun and is written with it.
type particle struct {
	text  string
	after after
	trust trust
}

// shows says that noun, before this particle, is seen to be one.
func (p particle) shows(noun string) bool {
	return p.trust == sure || (p.trust == likely && utf8.RuneCountInString(noun) > 1)
}

// particles are longest first, so that 에서는 is not taken for 는.
var particles = sorted([]particle{
	{text: "은", after: consonant, trust: likely},
	{text: "는", after: vowel, trust: likely},
	{text: "을", after: consonant, trust: likely},
	{text: "를", after: vowel},
	{text: "이", after: consonant, trust: doubtful},
	{text: "가", after: vowel, trust: doubtful},
	{text: "과", after: consonant, trust: doubtful},
	{text: "와", after: vowel, trust: doubtful},
	{text: "의", trust: doubtful},
	{text: "에"},
	{text: "도", trust: doubtful},
	{text: "만", trust: doubtful},
	{text: "로", after: vowelOrRieul, trust: doubtful},
	{text: "나", after: vowel, trust: doubtful},
	{text: "랑", after: vowel, trust: doubtful},
	{text: "아", after: consonant, trust: doubtful},
	{text: "야", trust: doubtful},
	{text: "께", trust: doubtful},
	{text: "으로", after: consonant},
	{text: "이나", after: consonant, trust: doubtful},
	{text: "이랑", after: consonant},
	{text: "에서"},
	{text: "에게"},
	{text: "에는"},
	{text: "에도"},
	{text: "에만"},
	{text: "에선"},
	{text: "께서"},
	{text: "한테"},
	{text: "하고", trust: doubtful},
	{text: "부터"},
	{text: "까지"},
	{text: "처럼"},
	{text: "보다", trust: doubtful},
	{text: "마다"},
	{text: "조차"},
	{text: "마저"},
	{text: "밖에"},
	{text: "만큼"},
	{text: "만이", trust: likely},
	{text: "만은", trust: likely},
	{text: "만을", trust: likely},
	{text: "라도", after: vowel, trust: likely},
	{text: "라고", after: vowel, trust: likely},
	{text: "라는", after: vowel, trust: likely},
	{text: "란", after: vowel, trust: doubtful},
	{text: "이란", after: consonant, trust: doubtful},
	{text: "로는", after: vowelOrRieul},
	{text: "로도", after: vowelOrRieul},
	{text: "로서", after: vowelOrRieul},
	{text: "로써", after: vowelOrRieul},
	{text: "로부터", after: vowelOrRieul},
	{text: "와는", after: vowel},
	{text: "과는", after: consonant},
	{text: "와의", after: vowel},
	{text: "과의", after: consonant},
	{text: "이라도", after: consonant, trust: likely},
	{text: "이라고", after: consonant, trust: likely},
	{text: "이라는", after: consonant, trust: likely},
	{text: "으로는", after: consonant},
	{text: "으로도", after: consonant},
	{text: "으로서", after: consonant},
	{text: "으로써", after: consonant},
	{text: "으로부터", after: consonant},
	{text: "에서는"},
	{text: "에서도"},
	{text: "에서만"},
	{text: "에서의"},
	{text: "에게는"},
	{text: "에게도"},
	{text: "에게서"},
	{text: "에서부터"},
	{text: "한테서"},
	{text: "한테는"},
	{text: "까지는"},
	{text: "까지도"},
	{text: "까지의"},
	{text: "부터는"},
	{text: "부터의"},
	{text: "보다는"},
	{text: "보다도"},
	{text: "처럼은"},
	{text: "만으로"},
})

func sorted(list []particle) []particle {
	slices.SortStableFunc(list, func(a, b particle) int { return len(b.text) - len(a.text) })
	return list
}

// stripParticle takes the longest particle from the end of word that leaves at
// least keep syllables and fits the one before it.
func stripParticle(word string, keep int) (noun string, found particle, ok bool) {
	for _, p := range particles {
		noun, ends := strings.CutSuffix(word, p.text)
		if ends && utf8.RuneCountInString(noun) >= keep && p.after.fits(noun) {
			return noun, p, true
		}
	}
	return word, particle{}, false
}

// isParticle says whether rest, that follows noun in a word, is a particle.
func isParticle(noun, rest string) bool {
	for _, p := range particles {
		if p.text == rest {
			return p.after.fits(noun)
		}
	}
	return false
}

const (
	firstSyllable, lastSyllable = '가', '힣'
	finals                      = 28 // how many endings a syllable has, none included
	rieul                       = 8
)

// fits says whether the last syllable of noun may stand before such a particle.
// What does not end in a whole syllable is not judged.
func (a after) fits(noun string) bool {
	last, _ := utf8.DecodeLastRuneInString(noun)
	if a == anything || last < firstSyllable || last > lastSyllable {
		return true
	}
	final := (last - firstSyllable) % finals
	switch a {
	case anything:
		return true
	case consonant:
		return final != 0
	case vowel:
		return final == 0
	case vowelOrRieul:
		return final == 0 || final == rieul
	}
	return true
}
