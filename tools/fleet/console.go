package fleet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// console is the one place that writes to the terminal: progress at first, then
// the merged log of all parts. Each part's own output is kept in a file.
type console struct {
	color bool
	files func(name string) string

	mu    sync.Mutex
	out   io.Writer
	live  bool // parts' lines go to out
	parts map[string]*partLog
}

func newConsole(out io.Writer, color bool, files func(string) string) *console {
	return &console{out: out, color: color, files: files, parts: map[string]*partLog{}}
}

// say writes a line of the fleet's own.
func (c *console) say(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.print("fleet", fmt.Sprintf(format, args...))
}

// shout is for what nobody may overlook.
func (c *console) shout(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.print("fleet", c.paint(red, "!!! "+fmt.Sprintf(format, args...)))
}

// plain writes text as it is.
func (c *console) plain(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _ = io.WriteString(c.out, text) // a terminal that is gone has no reader
}

// goLive shows the parts' lines from now on.
func (c *console) goLive() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.live = true
}

// writer takes the output of a part; the same one for the same name.
func (c *console) writer(name string) *partLog {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known := c.parts[name]; known != nil {
		return known
	}
	p := &partLog{console: c, name: name}
	// Without its file a part still has the terminal.
	p.file, p.fileErr = os.Create(c.files(name))
	c.parts[name] = p
	return p
}

// close closes the files.
func (c *console) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var errs []error
	for _, p := range c.parts {
		if p.file != nil {
			errs = append(errs, p.file.Close())
			p.file = nil
		}
	}
	return errors.Join(errs...)
}

const nameWidth = 10

func (c *console) print(name, line string) {
	prefix := c.paint(colorOf(name), fmt.Sprintf("%-*s |", nameWidth, name))
	fmt.Fprintf(c.out, "%s %s\n", prefix, line)
}

// partLog splits a part's output into lines. What is kept is bounded: an
// endless line is cut.
type partLog struct {
	console *console
	name    string
	file    *os.File
	fileErr error
	rest    []byte
	last    string // the last line that said something
}

const maxLine = 64 << 10

// Write implements io.Writer; it never fails, so that a full disk does not
// stop a service.
func (p *partLog) Write(text []byte) (int, error) {
	p.console.mu.Lock()
	defer p.console.mu.Unlock()
	if p.file != nil {
		_, _ = p.file.Write(text)
	}
	p.rest = append(p.rest, text...)
	for {
		line, rest, found := bytes.Cut(p.rest, []byte("\n"))
		if !found {
			break
		}
		p.show(line)
		p.rest = append(p.rest[:0], rest...)
	}
	if len(p.rest) > maxLine {
		p.show(p.rest)
		p.rest = p.rest[:0]
	}
	return len(text), nil
}

func (p *partLog) show(line []byte) {
	if len(line) > 0 {
		p.last = string(line)
	}
	if p.console.live && len(line) > 0 {
		p.console.print(p.name, p.console.readable(line))
	}
}
