package httpapi

import "github.com/dailyfeed/dailyfeed/services/timeline/internal/timeline"

// byline is how an author is shown; nil is not known.
type byline struct{ name, handle, avatarURL *string }

func toByline(author timeline.Author) byline {
	switch author.Standing {
	case timeline.Present:
		return byline{&author.Name, &author.Handle, &author.AvatarURL}
	case timeline.Gone:
		name, handle, avatar := timeline.GoneName, timeline.GoneHandle, timeline.NoAvatar
		return byline{&name, &handle, &avatar}
	case timeline.Unknown:
	}
	return byline{}
}
