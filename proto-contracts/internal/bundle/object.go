package bundle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// Object is a JSON object that remembers the order of its keys. Values are
// *Object, []any, string, bool, int64, float64 or nil.
type Object struct {
	keys   []string
	values map[string]any
}

// NewObject makes an object without keys.
func NewObject() *Object { return &Object{values: map[string]any{}} }

// With sets key to value and returns the object itself.
func (o *Object) With(key string, value any) *Object {
	o.Set(key, value)
	return o
}

// Keys are the keys in their order.
func (o *Object) Keys() []string { return slices.Clone(o.keys) }

// Has reports whether key is present, null included.
func (o *Object) Has(key string) bool {
	_, found := o.values[key]
	return found
}

// Value is what is at key, nil where there is nothing.
func (o *Object) Value(key string) any { return o.values[key] }

// Object is the object at key, nil where there is none.
func (o *Object) Object(key string) *Object {
	child, _ := o.values[key].(*Object)
	return child
}

// Text is the string at key, empty where there is none.
func (o *Object) Text(key string) string {
	text, _ := o.values[key].(string)
	return text
}

// Texts are the strings of the array at key.
func (o *Object) Texts(key string) []string {
	list, _ := o.values[key].([]any)
	texts := make([]string, 0, len(list))
	for _, item := range list {
		if text, ok := item.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

// Objects are the objects of the array at key.
func (o *Object) Objects(key string) []*Object {
	list, _ := o.values[key].([]any)
	objects := make([]*Object, 0, len(list))
	for _, item := range list {
		if object, ok := item.(*Object); ok {
			objects = append(objects, object)
		}
	}
	return objects
}

// Append puts value at the end of the array at key, made where there is none.
func (o *Object) Append(key string, value any) {
	list, _ := o.values[key].([]any)
	o.Set(key, append(slices.Clone(list), value))
}

// Set puts value at key, at the end where key is new.
func (o *Object) Set(key string, value any) {
	if !o.Has(key) {
		o.keys = append(o.keys, key)
	}
	o.values[key] = value
}

// Child is the object at key, made where there is none.
func (o *Object) Child(key string) *Object {
	if o.Object(key) == nil {
		o.Set(key, NewObject())
	}
	return o.Object(key)
}

// Delete removes keys.
func (o *Object) Delete(keys ...string) {
	for _, key := range keys {
		delete(o.values, key)
	}
	o.keys = slices.DeleteFunc(o.keys, func(k string) bool { return slices.Contains(keys, k) })
}

// Clone is a deep copy.
func (o *Object) Clone() *Object {
	copied := NewObject()
	for _, key := range o.keys {
		copied.Set(key, clone(o.values[key]))
	}
	return copied
}

func clone(value any) any {
	switch v := value.(type) {
	case *Object:
		return v.Clone()
	case []any:
		copied := make([]any, len(v))
		for i, item := range v {
			copied[i] = clone(item)
		}
		return copied
	default:
		return value
	}
}

// walk calls visit for every object in value, outer ones first.
func walk(value any, visit func(*Object)) {
	switch v := value.(type) {
	case *Object:
		visit(v)
		for _, key := range v.keys {
			walk(v.values[key], visit)
		}
	case []any:
		for _, item := range v {
			walk(item, visit)
		}
	}
}

// MarshalJSON writes the keys in their order.
func (o *Object) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, key := range o.keys {
		if i > 0 {
			out.WriteByte(',')
		}
		name, err := plainJSON(key)
		if err != nil {
			return nil, err
		}
		value, err := plainJSON(o.values[key])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		out.Write(name)
		out.WriteByte(':')
		out.Write(value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// plainJSON marshals without turning <, > and & into escapes.
func plainJSON(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// JSON is the object as indented JSON with a final line break.
func (o *Object) JSON() ([]byte, error) {
	compact, err := plainJSON(o)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, compact, "", " "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}
