package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

var errNotStrict = errors.New("auth: JSON is not strict")

// object is a JSON object by its exact member names. encoding/json alone would
// match names in any case and take the last of two.
type object map[string]json.RawMessage

// readObject reads raw as exactly one object: valid UTF-8, no member twice,
// nothing after it.
func readObject(raw []byte) (object, error) {
	if !utf8.Valid(raw) || !json.Valid(raw) {
		return nil, fmt.Errorf("%w: not JSON in UTF-8", errNotStrict)
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if opening, err := decoder.Token(); err != nil || opening != json.Delim('{') {
		return nil, fmt.Errorf("%w: not an object", errNotStrict)
	}
	members := object{}
	for decoder.More() {
		if err := members.readMember(decoder); err != nil {
			return nil, err
		}
	}
	return members, nil
}

func (o object) readMember(decoder *json.Decoder) error {
	token, err := decoder.Token()
	name, isText := token.(string)
	if err != nil || !isText {
		return fmt.Errorf("%w: no member name", errNotStrict)
	}
	var value json.RawMessage
	if err := decoder.Decode(&value); err != nil {
		return fmt.Errorf("%w: member %q: %w", errNotStrict, name, err)
	}
	if _, twice := o[name]; twice {
		return fmt.Errorf("%w: member %q twice", errNotStrict, name)
	}
	o[name] = value
	return nil
}

// text is the string at name, "" for anything else.
func (o object) text(name string) string {
	var value any
	if len(o[name]) == 0 || json.Unmarshal(o[name], &value) != nil {
		return ""
	}
	text, _ := value.(string)
	return text
}

// integer is the number at name, written as plain digits, from 1 to 2^53-1.
func (o object) integer(name string) (value int64, ok bool) {
	return positive(string(o[name]))
}

// texts is the array of strings at name; ok is false for anything else.
func (o object) texts(name string) (values []string, ok bool) {
	raw := o[name]
	if len(raw) == 0 || raw[0] != '[' {
		return nil, false
	}
	var items []*string
	if json.Unmarshal(raw, &items) != nil {
		return nil, false
	}
	values = make([]string, 0, len(items))
	for _, item := range items {
		if item == nil {
			return nil, false
		}
		values = append(values, *item)
	}
	return values, true
}

// positive reads digits without a leading zero as an id or a time: 1 to 2^53-1.
func positive(digits string) (value int64, ok bool) {
	const maxDigits, limit = 16, 1 << 53
	if digits == "" || len(digits) > maxDigits || digits[0] == '0' {
		return 0, false
	}
	for _, digit := range []byte(digits) {
		if digit < '0' || digit > '9' {
			return 0, false
		}
		value = value*10 + int64(digit-'0')
	}
	return value, value < limit
}
