package timeline

// Standing is what is known of a member.
type Standing uint8

const (
	// Unknown is a member of whom nothing can be found out at the moment.
	Unknown Standing = iota
	// Present is a member.
	Present
	// Gone is one who has left, or never was.
	Gone
)

// How one who has left signs what it wrote (spec 04).
const (
	GoneName   = "탈퇴한 사용자"
	GoneHandle = "deleted"
	NoAvatar   = "no-image"
)

// Author is how a member signs posts and comments. The texts are empty unless
// the member is Present.
type Author struct {
	Standing Standing
	// Name is the display name, else the member name.
	Name   string
	Handle string
	// AvatarURL is NoAvatar where there is no picture.
	AvatarURL string
}
