package seed

// topic is something that people write about, in one language: a post takes a
// title, an opening and a turn; a comment takes one of the replies.
type topic struct {
	titles, openings, turns, replies []string
}

// endings close some posts, so that they are not all of one length.
var (
	koreanEndings = []string{
		"", "", "다들 오늘 하루도 수고 많으셨어요.", "비슷한 경험 있으신 분 계시면 이야기 나눠요.", "내일은 조금 더 일찍 시작해 보려고요.",
	}
	englishEndings = []string{
		"", "", "How do you all do this?", "I will report back next week.", "Small things, but they add up.",
	}
	// Thanks are what authors answer.
	koreanThanks = []string{
		"고맙습니다, 덕분에 힘이 나네요.", "좋은 의견이에요. 다음에 그렇게 해 볼게요.", "맞아요, 저도 그렇게 생각했어요.", "궁금한 점 있으면 언제든 물어봐 주세요.",
	}
	englishThanks = []string{
		"Thank you, that helps a lot.", "Good point, I will try that next time.", "Exactly what I was thinking.", "Ask me anything, I am happy to explain.",
	}
)
