package bundle

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// parseYAML reads a YAML mapping.
func parseYAML(source []byte) (*Object, error) {
	var node yaml.Node
	if err := yaml.Unmarshal(source, &node); err != nil {
		return nil, err
	}
	if len(node.Content) != 1 {
		return nil, fmt.Errorf("want one document, got %d", len(node.Content))
	}
	value, err := fromNode(node.Content[0])
	if err != nil {
		return nil, err
	}
	object, ok := value.(*Object)
	if !ok {
		return nil, fmt.Errorf("line %d: want a mapping", node.Content[0].Line)
	}
	return object, nil
}

func fromNode(node *yaml.Node) (any, error) {
	switch node.Kind {
	case yaml.MappingNode:
		return fromMapping(node)
	case yaml.SequenceNode:
		list := make([]any, 0, len(node.Content))
		for _, item := range node.Content {
			value, err := fromNode(item)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		return list, nil
	case yaml.ScalarNode:
		return fromScalar(node)
	default:
		return nil, fmt.Errorf("line %d: anchors and aliases are not used here", node.Line)
	}
}

func fromMapping(node *yaml.Node) (*Object, error) {
	object := NewObject()
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, item := node.Content[i], node.Content[i+1]
		if object.Has(key.Value) {
			return nil, fmt.Errorf("line %d: %q twice", key.Line, key.Value)
		}
		// In {description: first, second} the word after the comma becomes a key
		// without a value: a mistake that YAML does not report.
		if item.Tag == "!!null" && item.Value == "" {
			return nil, fmt.Errorf("line %d: %q has no value; quote texts with commas", key.Line, key.Value)
		}
		value, err := fromNode(item)
		if err != nil {
			return nil, err
		}
		object.Set(key.Value, value)
	}
	return object, nil
}

func fromScalar(node *yaml.Node) (any, error) {
	switch node.Tag {
	case "!!null":
		return nil, nil
	case "!!bool":
		return decode[bool](node)
	case "!!int":
		return decode[int64](node)
	case "!!float":
		return decode[float64](node)
	default:
		return node.Value, nil
	}
}

func decode[T any](node *yaml.Node) (any, error) {
	var value T
	if err := node.Decode(&value); err != nil {
		return nil, fmt.Errorf("line %d: %w", node.Line, err)
	}
	return value, nil
}
