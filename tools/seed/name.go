package seed

// name is one person of the cast.
type name struct {
	handle, memberName, displayName, bio, location, country, language, timezone string
}

// cast is who is in the first wave; later waves are the same people's cousins.
var cast = []name{
	{"demo", "김하늘", "하늘", "자전거와 커피를 좋아하는 개발자입니다.", "서울", "KR", "ko", "Asia/Seoul"},
	{"minji_bakes", "박민지", "민지", "빵 굽고 책 읽는 사람.", "부산", "KR", "ko", "Asia/Seoul"},
	{"oliver_p", "Oliver Price", "Oliver", "Cyclist, baker, slow reader.", "Bristol", "GB", "en", "Europe/London"},
	{"seojun_trail", "이서준", "산에 가는 서준", "주말마다 산에 있습니다.", "강릉", "KR", "ko", "Asia/Seoul"},
	{"grace_codes", "Grace Kim", "Grace", "I write software and feed a cat.", "Seattle", "US", "en", "America/Los_Angeles"},
	{"jiwoo_cat", "최지우", "지우네 고양이", "고양이 두 마리의 집사.", "대전", "KR", "ko", "Asia/Seoul"},
	{"noah_w", "Noah Walker", "Noah", "Trains, islands, soup.", "Toronto", "CA", "en", "America/Toronto"},
	{"haeun_music", "정하은", "하은", "기타를 배우는 중이에요.", "인천", "KR", "ko", "Asia/Seoul"},
	{"amelia_garden", "Amelia Ross", "Amelia", "Balcony gardener.", "Melbourne", "AU", "en", "Australia/Melbourne"},
	{"doyun_dev", "강도윤", "도윤", "작은 함수를 좋아합니다.", "성남", "KR", "ko", "Asia/Seoul"},
	{"lena_f", "Lena Fischer", "Lena", "Coffee before words.", "Berlin", "DE", "en", "Europe/Berlin"},
	{"yuna_travel", "한유나", "유나의 여행", "기차 여행을 기록합니다.", "전주", "KR", "ko", "Asia/Seoul"},
}
