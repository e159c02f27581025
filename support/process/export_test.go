package process

// Dispatch is Main with everything that Main takes from the process.
var Dispatch = dispatch
