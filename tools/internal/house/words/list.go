package words

import _ "embed" // the list is compiled in

//go:embed forbidden.txt
var list []byte

// Forbidden is the house's own list, forbidden.txt.
func Forbidden() ([]Rule, error) { return Read(list) }
