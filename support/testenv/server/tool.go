package server

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
)

// tool is a program that a server needs, and what brings it.
type tool struct {
	names   []string               // any of these will do
	folders []string               // looked in besides PATH
	what    string                 // for people; empty: the first name
	usable  func(path string) bool // nil: any will do
	apt     []string               // the first of these packages that brings it
	brew    []string
}

var (
	sbin        = []string{"/usr/sbin", "/usr/local/sbin", "/usr/local/bin"}
	brewMariadb = []string{"/opt/homebrew/opt/mariadb/bin", "/usr/local/opt/mariadb/bin"}
	jvms        = []string{"/usr/lib/jvm/*/bin", "/opt/homebrew/opt/openjdk/bin", "/usr/local/opt/openjdk/bin"}
	jdks        = []string{"default-jdk-headless", "openjdk-21-jdk-headless", "openjdk-17-jdk-headless"}

	mariadbTool = tool{
		names: []string{"mariadbd"}, folders: append(sbin, brewMariadb...),
		apt: []string{"mariadb-server"}, brew: []string{"mariadb"},
	}
	mariadbInstallTool = tool{
		names: []string{"mariadb-install-db", "mysql_install_db"}, folders: append(sbin, brewMariadb...),
		apt: []string{"mariadb-server"}, brew: []string{"mariadb"},
	}
	redisTool = tool{
		names: []string{"redis-server"}, folders: append(sbin, "/opt/homebrew/bin"),
		apt: []string{"redis-server"}, brew: []string{"redis"},
	}
	javaTool = tool{
		names: []string{"java"}, folders: jvms, what: "Java 17 or newer", usable: isNewJava,
		apt: jdks, brew: []string{"openjdk"},
	}
	javacTool = tool{
		names: []string{"javac"}, folders: jvms, what: "a JDK 17 or newer", usable: isNewJava,
		apt: jdks, brew: []string{"openjdk"},
	}
	mavenTool = tool{
		names: []string{"mvn"}, folders: []string{"/opt/homebrew/bin"},
		apt: []string{"maven"}, brew: []string{"maven"},
	}
	mongodTool = tool{names: []string{"mongod"}, folders: append(sbin, "/opt/homebrew/bin")}
)

// MissingError says that a program is not on this machine and how to get it.
type MissingError struct {
	Program string
	Install string // the command that brings it
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("%s is not installed; get it with: %s", e.Program, e.Install)
}

// find is the path of a tool, or a MissingError.
func find(t tool) (string, error) {
	for _, path := range candidates(t) {
		if t.usable == nil || t.usable(path) {
			return path, nil
		}
	}
	what := t.what
	if what == "" {
		what = t.names[0]
	}
	return "", &MissingError{Program: what, Install: installHint(t)}
}

// candidates are the programs of the tool's names, those on the PATH first.
func candidates(t tool) []string {
	var paths []string
	for _, name := range t.names {
		if path, err := exec.LookPath(name); err == nil {
			paths = append(paths, path)
		}
		for _, folder := range t.folders {
			found, err := filepath.Glob(filepath.Join(folder, name))
			if err != nil { // a pattern of ours that is none
				continue
			}
			paths = append(paths, found...)
		}
	}
	return slices.DeleteFunc(paths, func(path string) bool {
		info, err := os.Stat(path)
		return err != nil || info.IsDir() || info.Mode()&0o111 == 0
	})
}

func installHint(t tool) string {
	if runtime.GOOS == "darwin" {
		return "brew install " + join(t.brew)
	}
	if len(t.apt) == 0 {
		return "your package manager"
	}
	return "apt-get install --no-install-recommends " + t.apt[0]
}
