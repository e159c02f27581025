package apierr

// Kind says what sort of failure a Code is. Each kind is explained against the
// one it is most easily confused with. The zero value is the safe one: a
// failure that nobody classified is a bug of ours.
type Kind uint8

const (
	// Internal is a bug or an unclassified fault; nothing about it is told.
	Internal Kind = iota
	// Invalid is a request that breaks a rule; repeating it cannot help.
	Invalid
	// Unauthenticated is a token problem and nothing else: clients end their
	// session on it, so a wrong password is Invalid.
	Unauthenticated
	// Forbidden is a caller who is known but may not.
	Forbidden
	// NotFound is a thing that does not exist or is deleted. Things that exist
	// but are not the caller's business are Forbidden.
	NotFound
	// MethodNotAllowed is a known path with another method.
	MethodNotAllowed
	// InProgress is a repeat whose first request still runs. It is the only
	// kind that a mesh may repeat, so no final answer may use it.
	InProgress
	// TooLarge is a body over the limit.
	TooLarge
	// UnsupportedMedia is content of a type that is not served.
	UnsupportedMedia
	// KeyReused is an idempotency key that came with another body before.
	KeyReused
	// TooMany is a caller over its rate; it comes with RetryAfter.
	TooMany
	// Unavailable is a dependency that is down; it comes with RetryAfter.
	Unavailable
	// DeadlineExceeded is time that ran out on our side.
	DeadlineExceeded
)
