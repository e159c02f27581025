package relevance

// What search reached when it was last changed; worse is a failure. The test
// prints today's values: raise these with them.
const (
	NDCGFloor   = 0.915
	RecallFloor = 0.735
)
