// Package ctl is the command line of dailyfeed: what a member does, over REST,
// and what an operator watches. Tables are for people, -o json for programs.
package ctl
