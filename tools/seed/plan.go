package seed

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// What one wave adds.
const (
	membersPerWave  = 12
	postsPerWave    = 60
	followsPer      = 5 // of each member
	commentsPerPost = 3 // at most
	likesPerPost    = 8 // at most
)

// Small is a plan that is quick to apply: one wave.
const Small = 1

// Large is a plan with enough to page through.
const Large = 6

// Person is a member to be.
type Person struct {
	Handle, Email, MemberName, DisplayName, Bio string
	Location, Country, Language, Timezone       string
	Gender                                      string
}

// Post is a post to be; Author counts the plan's people.
type Post struct {
	Author         int
	Title, Content string
}

// Comment is a comment to be, on a post of the plan; Parent counts the post's
// comments from 0, and is -1 for one at the top.
type Comment struct {
	Post, Author, Parent int
	Content              string
}

// Pair is who does something to what: a person to a person or to a post.
type Pair struct{ Who, What int }

// Plan is everything that a fleet is to be filled with.
type Plan struct {
	People   []Person
	Follows  []Pair
	Posts    []Post
	Comments []Comment // those of a post in order
	Likes    []Pair    // of posts
}

// NewPlan makes the plan of so many waves, the same each time. demoEmail is the
// address of its first member.
func NewPlan(waves int, demoEmail string) Plan {
	var p Plan
	said := map[saying]bool{}
	for wave := range waves {
		random := rand.New(rand.NewPCG(20261121, uint64(wave)))
		p.addPeople(wave)
		p.addFollows(random, wave)
		p.addPosts(random, wave, said)
		p.addComments(random, wave)
		p.addLikes(random, wave)
	}
	if waves > 0 {
		p.People[0].Email = demoEmail
	}
	return p
}

// saying is what an author has said: nobody says the same twice, so that a
// second run knows each post by its text.
type saying struct {
	author  int
	content string
}

func (p *Plan) addPeople(wave int) {
	genders := []string{"FEMALE", "MALE", "OTHER", "PREFER_NOT_TO_SAY"}
	for i, n := range cast {
		handle, memberName := n.handle, n.memberName
		if wave > 0 {
			handle, memberName = fmt.Sprintf("%s_%d", handle, wave+1), fmt.Sprintf("%s %d", memberName, wave+1)
		}
		p.People = append(p.People, Person{
			Handle: handle, Email: handle + "@seed.dailyfeed.local", MemberName: memberName,
			DisplayName: n.displayName, Bio: n.bio, Location: n.location, Country: n.country,
			Language: n.language, Timezone: n.timezone, Gender: genders[(i+wave)%len(genders)],
		})
	}
}

// addFollows lets the people of a wave follow each other and those before.
func (p *Plan) addFollows(random *rand.Rand, wave int) {
	for i := range membersPerWave {
		who := wave*membersPerWave + i
		for _, whom := range random.Perm(len(p.People))[:followsPer+1] {
			if whom != who {
				p.Follows = append(p.Follows, Pair{who, whom})
			}
		}
	}
}

func (p *Plan) addPosts(random *rand.Rand, wave int, said map[saying]bool) {
	for range postsPerWave {
		author := wave*membersPerWave + random.IntN(membersPerWave)
		topics, endings := englishTopics, englishEndings
		if p.korean(author) {
			topics, endings = koreanTopics, koreanEndings
		}
		t := topics[random.IntN(len(topics))]
		content := pick(random, t.openings) + " " + pick(random, t.turns)
		if ending := pick(random, endings); ending != "" {
			content += " " + ending
		}
		for n := 2; said[saying{author, content}]; n++ {
			content = fmt.Sprintf("%s (%d)", content, n)
		}
		said[saying{author, content}] = true
		p.Posts = append(p.Posts, Post{Author: author, Title: pick(random, t.titles), Content: content})
	}
}

// addComments lets others answer in the language of the post, and its author
// answer some of them.
func (p *Plan) addComments(random *rand.Rand, wave int) {
	for i := range postsPerWave {
		number := wave*postsPerWave + i
		post := p.Posts[number]
		replies, thanks := p.repliesTo(post)
		first := len(p.Comments)
		for _, reply := range random.Perm(len(replies))[:random.IntN(commentsPerPost+1)] {
			author := random.IntN(len(p.People))
			p.Comments = append(p.Comments, Comment{Post: number, Author: author, Parent: -1, Content: replies[reply]})
		}
		if tops := len(p.Comments) - first; tops > 0 && random.IntN(2) == 0 {
			p.Comments = append(p.Comments, Comment{
				Post: number, Author: post.Author, Parent: random.IntN(tops), Content: pick(random, thanks),
			})
		}
	}
}

func (p *Plan) repliesTo(post Post) (replies, thanks []string) {
	topics, thanks := englishTopics, englishThanks
	if p.korean(post.Author) {
		topics, thanks = koreanTopics, koreanThanks
	}
	for _, t := range topics {
		if slices.Contains(t.titles, post.Title) {
			return t.replies, thanks
		}
	}
	return topics[0].replies, thanks
}

func (p *Plan) addLikes(random *rand.Rand, wave int) {
	for i := range postsPerWave {
		// Squared, so that a few posts are popular.
		share := random.Float64()
		n := int(share * share * (likesPerPost + 1))
		for _, who := range random.Perm(len(p.People))[:n] {
			p.Likes = append(p.Likes, Pair{who, wave*postsPerWave + i})
		}
	}
}

func (p *Plan) korean(person int) bool { return p.People[person].Language == "ko" }

func pick(random *rand.Rand, from []string) string { return from[random.IntN(len(from))] }
