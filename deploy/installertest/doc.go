// Package installertest tries the installer's scripts against tools that only say
// they did it: each keeps what it was told in files, so that a test can look at what
// was done, fail any call, or end the installer at any. It has tests only; what needs
// a real cluster is in test/cluster.
package installertest
