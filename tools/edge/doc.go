// Package edge is the fleet's front door at home: a reverse proxy with the
// routes of the mesh's ingress. Only what the route table names is routed;
// paths that could mean two things to two readers are refused, so that nothing
// of the inside is reachable by spelling.
package edge
