// Package storm is a plan of faults that a seed decides, and its execution: what fails,
// how, for how long, and after how many acts of the crowd.
package storm
