package fleet

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"time"
)

// ANSI colours.
const (
	red    = "31"
	yellow = "33"
	dim    = "2"
)

// hues are for names: neither red nor yellow, which mean something.
var hues = []string{"32", "34", "35", "36", "92", "94", "95", "96"}

func colorOf(name string) string {
	if name == "fleet" {
		return "1"
	}
	for i, s := range services {
		if s.name == name {
			return hues[i%len(hues)]
		}
	}
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(name))
	return hues[hash.Sum32()%uint32(len(hues))]
}

func (c *console) paint(color, text string) string {
	if !c.color {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

// readable turns a line of JSON as slog writes it into one for people; any
// other line stays as it is.
func (c *console) readable(line []byte) string {
	var fields map[string]any
	if line[0] != '{' || json.Unmarshal(line, &fields) != nil {
		return string(line)
	}
	level, _ := fields["level"].(string)
	message, _ := fields["msg"].(string)
	var text strings.Builder
	fmt.Fprintf(&text, "%s %s %s", c.paint(dim, clockOf(fields["time"])), c.level(level), message)
	for _, key := range []string{"time", "level", "msg", "service"} {
		delete(fields, key)
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		text.WriteString(" " + c.paint(dim, key+"=") + valueText(fields[key]))
	}
	return text.String()
}

func (c *console) level(level string) string {
	padded := fmt.Sprintf("%-5s", level)
	switch level {
	case "ERROR":
		return c.paint(red, padded)
	case "WARN":
		return c.paint(yellow, padded)
	default:
		return padded
	}
}

func clockOf(value any) string {
	text, _ := value.(string)
	parsed, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return text
	}
	return parsed.Local().Format("15:04:05.000")
}

func valueText(value any) string {
	text, isText := value.(string)
	if !isText {
		encoded, err := json.Marshal(value)
		if err != nil {
			return fmt.Sprint(value)
		}
		return string(encoded)
	}
	if strings.ContainsAny(text, " \t\n\"") {
		return fmt.Sprintf("%q", text)
	}
	return text
}
