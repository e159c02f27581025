package arrows

import (
	"path"
	"slices"
	"strings"
)

// layer is the place of a package within a service. The zero value is none:
// a package that is in no room of the house.
type layer int

const (
	noLayer layer = iota
	cmdLayer
	appLayer
	configLayer
	adapterLayer
	domainLayer
)

// room is where a package of a service stands.
type room struct {
	layer layer
	// name tells adapters apart: the first folder below internal/.
	name string
}

// plan tells the rooms of services apart.
type plan struct{ domains []Domain }

// roomOf reads the room from a package's folder:
// services/<service>/{cmd,internal/app,internal/config,internal/<service>,internal/<adapter>}.
func (p plan) roomOf(module, folder string) room {
	service := path.Base(module)
	words := strings.Split(strings.TrimPrefix(folder, module+"/"), "/")
	if words[0] == "cmd" {
		return room{layer: cmdLayer}
	}
	if words[0] != "internal" || len(words) < 2 {
		return room{}
	}
	if slices.ContainsFunc(p.domains, func(d Domain) bool { return within(folder, d.Folder) }) {
		return room{layer: domainLayer}
	}
	switch words[1] {
	case "app":
		return room{layer: appLayer}
	case "config":
		return room{layer: configLayer}
	case service:
		return room{layer: domainLayer}
	default:
		return room{layer: adapterLayer, name: words[1]}
	}
}

// mayUse is cmd → app → adapters → domain: an adapter knows the domain and
// itself, the domain only itself, settings nobody.
func (r room) mayUse(other room) bool {
	switch r.layer {
	case cmdLayer:
		return other.layer == appLayer || other.layer == configLayer
	case appLayer:
		return other.layer != cmdLayer
	case adapterLayer:
		return other.layer == domainLayer || other == r
	case configLayer, domainLayer:
		return other == r
	case noLayer:
		return false
	default:
		return false
	}
}
