// Package child runs another program as a direct child of this one: it is
// waited for, so that it never stays a zombie, and where the system can do that
// it dies with its parent, so that it never stays an orphan.
package child
