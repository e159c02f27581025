package server

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// tool is a program that a server needs, and what brings it.
type tool struct {
	names   []string // any of these will do
	folders []string // looked in besides PATH
	apt     []string
	brew    []string
}

var (
	sbin        = []string{"/usr/sbin", "/usr/local/sbin", "/usr/local/bin"}
	brewMariadb = []string{"/opt/homebrew/opt/mariadb/bin", "/usr/local/opt/mariadb/bin"}
	brewJava    = []string{"/opt/homebrew/opt/openjdk/bin", "/usr/local/opt/openjdk/bin"}

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
		names: []string{"java"}, folders: brewJava,
		apt: []string{"default-jdk-headless"}, brew: []string{"openjdk"},
	}
	javacTool = tool{
		names: []string{"javac"}, folders: brewJava,
		apt: []string{"default-jdk-headless"}, brew: []string{"openjdk"},
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
	for _, name := range t.names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
		for _, folder := range t.folders {
			path := filepath.Join(folder, name)
			if info, err := os.Stat(path); err == nil && info.Mode()&0o111 != 0 {
				return path, nil
			}
		}
	}
	return "", &MissingError{Program: t.names[0], Install: installHint(t)}
}

func installHint(t tool) string {
	if runtime.GOOS == "darwin" {
		return "brew install " + join(t.brew)
	}
	return "apt-get install --no-install-recommends " + join(t.apt)
}
