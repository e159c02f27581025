package fleet

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/dailyfeed/dailyfeed/tools/supervisor"
)

// State is what a running fleet tells other programs, in fleet.json.
type State struct {
	Pid     int                 `json:"pid"`
	Started time.Time           `json:"started"`
	Ready   bool                `json:"ready"`
	Edge    string              `json:"edge"`
	URLs    map[string]string   `json:"urls"` // by replica
	Stores  Stores              `json:"stores"`
	Parts   []supervisor.Status `json:"parts"`
}

// ReadState is the last state that a fleet wrote, whether it still runs or not.
func ReadState(c Config) (State, error) {
	var s State
	text, err := os.ReadFile(c.layout().state())
	if errors.Is(err, os.ErrNotExist) {
		return s, ErrNotRunning
	}
	if err != nil {
		return s, fmt.Errorf("read state: %w", err)
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, fmt.Errorf("read state: %w", err)
	}
	return s, nil
}

func (s State) write(path string) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	return writeWhole(path, append(text, '\n'), 0o600) // the stores' addresses have passwords
}
