package relevance

import (
	"math/rand/v2"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// Post is a post with what it was made for.
type Post struct {
	ID      int64
	Author  int64
	Title   string
	Text    string
	Written time.Time
	// About and Aspect name what it is about; empty for a decoy's.
	About, Aspect string
	// Place is where it happened, empty where it does not say.
	Place string
	// Passing names the subject that it mentions beside, empty for none.
	Passing string
	// Decoy names the subject that it only looks like.
	Decoy string
	// Sentences are those of its aspect, as the corpus has them.
	Sentences []string
}

// Today is the day on which the queries are asked.
var Today = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

const (
	seed1, seed2    = 20261120, 8
	perAspect       = 28
	perDecoy        = 4
	oldest          = 540 // days
	freshWithin     = 21  // days
	staleFrom       = 300 // days
	passingShare    = 0.6
	titleShare      = 0.35
	placeShare      = 0.6
	tagShare        = 0.6
	otherFormsShare = 0.12
)

// Handles are the authors' handles; an author's id is the place in it, from 1.
var Handles = []string{
	"haneul_kim", "mia_l", "jiwoo88", "park_dal", "lee_sora", "tom_w", "bada_j", "choi_min", "anna_k", "ruben_o", "yuna_c", "seo_jin",
}

// language is what posts of a language are filled with.
type language struct {
	fillers, places, placeLines []string
}

var languages = map[Language]language{
	Korean: {
		places: []string{"한강", "여의도", "망원동", "성수동", "제주", "부산", "강릉", "전주", "북촌", "춘천"},
		placeLines: []string{
			"{}에서 있었던 일이다.", "오늘은 {}에 다녀왔다.", "{} 근처에 사는 친구와 함께했다.", "{}까지 간 보람이 있었다.",
		},
		fillers: []string{
			"오늘따라 하루가 길었다.", "별일 아닌데 오래 기억에 남을 것 같다.", "내일은 조금 더 일찍 일어나야겠다.", "바람이 제법 쌀쌀해졌다.",
			"이런 날도 있는 법이다.", "생각보다 시간이 금방 갔다.", "다음 주에도 이랬으면 좋겠다.", "혼자였지만 외롭지 않았다.",
			"집에 오니 벌써 어두웠다.", "누가 물어보면 꼭 말해 주고 싶다.", "요즘 이런 것에 마음이 간다.", "사소한 일에 웃게 된다.",
			"주말이 이틀뿐이라니 아쉽다.", "배운 것이 많은 하루였다.", "비가 올 듯 말 듯 했다.", "말없이 한참을 있었다.",
		},
	},
	English: {
		places:     []string{"Lisbon", "Dublin", "Oslo", "Kyoto", "Boston", "Leeds", "Porto", "Seattle"},
		placeLines: []string{"This was in {}.", "Greetings from {}.", "I have been in {} since Monday.", "Only in {}."},
		fillers: []string{
			"It was a longer day than planned.", "Nothing special, and still I will remember it.", "Tomorrow I want to start earlier.",
			"The wind has turned cold.", "Some days are like that.", "Time went faster than I thought.", "I would do it again next week.",
			"I was alone and did not mind.", "It was dark when I got home.", "Ask me if you want to know more.", "Small things make me happy lately.",
			"Two days are not enough for a weekend.", "I learned more than I expected.", "It looked like rain all day.",
		},
	},
}

// maker makes posts, the same at each run.
type maker struct {
	random   *rand.Rand
	subjects []Subject
	posts    []Post
}

// Posts are all posts, in the order of their ids, which says nothing of their age.
func Posts(subjects []Subject) []Post {
	m := &maker{random: rand.New(rand.NewPCG(seed1, seed2)), subjects: subjects}
	for _, s := range subjects {
		for _, a := range s.Aspects {
			m.about(s, a)
		}
		for _, decoy := range s.Decoys {
			for range perDecoy {
				m.add(Post{Decoy: s.Name}, s.Language, []string{decoy}, "", m.random.IntN(oldest))
			}
		}
	}
	m.random.Shuffle(len(m.posts), func(i, j int) { m.posts[i], m.posts[j] = m.posts[j], m.posts[i] })
	for i := range m.posts {
		m.posts[i].ID = int64(i) + 1
	}
	return m.posts
}

func (m *maker) about(s Subject, a Aspect) {
	for i := range perAspect {
		first := m.random.IntN(len(a.Sentences))
		sentences := []string{a.Sentences[first]}
		if m.random.IntN(2) == 0 {
			sentences = append(sentences, a.Sentences[(first+1+m.random.IntN(len(a.Sentences)-1))%len(a.Sentences)])
		}
		p := Post{About: s.Name, Aspect: a.Name, Sentences: sentences}
		if len(s.Titles) > 0 && m.random.Float64() < titleShare {
			p.Title = pick(m.random, s.Titles)
		}
		age := m.random.IntN(oldest)
		if s.Fresh && i%2 == 0 {
			age = m.random.IntN(freshWithin)
		} else if s.Fresh {
			age = staleFrom + m.random.IntN(oldest-staleFrom)
		}
		m.add(p, s.Language, sentences, strings.ReplaceAll(s.Words[0], " ", ""), age)
	}
}

// add writes the post around its sentences; tag may end it as a hashtag.
func (m *maker) add(p Post, l Language, sentences []string, tag string, age int) {
	words := languages[l]
	parts := append([]string{}, sentences...)
	if m.random.Float64() < placeShare {
		p.Place = pick(m.random, words.places)
		parts = append(parts, strings.ReplaceAll(pick(m.random, words.placeLines), "{}", p.Place))
	}
	if m.random.Float64() < passingShare {
		other := m.another(l, p)
		p.Passing = other.Name
		parts = append(parts, pick(m.random, other.Passing))
	}
	for range m.random.IntN(3) {
		parts = append(parts, pick(m.random, words.fillers))
	}
	tail := parts[1:]
	m.random.Shuffle(len(tail), func(i, j int) { tail[i], tail[j] = tail[j], tail[i] })
	p.Text = strings.Join(parts, " ")
	if tag != "" && m.random.Float64() < tagShare {
		p.Text += " #" + tag
	}
	if m.random.Float64() < otherFormsShare {
		p.Title, p.Text = otherForm(l, p.Title), otherForm(l, p.Text)
	}
	p.Author = 1 + m.random.Int64N(int64(len(Handles)))
	p.Written = Today.AddDate(0, 0, -age).Add(-time.Duration(m.random.IntN(86400)) * time.Second)
	m.posts = append(m.posts, p)
}

// another is a subject that p is not about, nor looks like.
func (m *maker) another(l Language, p Post) Subject {
	for {
		s := pick(m.random, m.subjects)
		if s.Language == l && s.Name != p.About && s.Name != p.Decoy && len(s.Passing) > 0 {
			return s
		}
	}
}

// otherForm is text as other keyboards write it: Korean in letters that are put
// together by the reader, English in full width.
func otherForm(l Language, text string) string {
	if l == Korean {
		return norm.NFD.String(text)
	}
	return width.Widen.String(text)
}

func pick[T any](random *rand.Rand, list []T) T { return list[random.IntN(len(list))] }
