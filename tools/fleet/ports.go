package fleet

// Ports at home. Those of the stores are not their usual ones, so that a
// server of the machine's own does not stand in the way; with a usual offset they
// stay below the range of outgoing connections.
const (
	edgePort  = 8080
	mysqlPort = 13306
	redisPort = 16379
	kafkaPort = 19092
	mongoPort = 17017

	// replicaStep is the distance between the ports of a service's replicas.
	replicaStep = 100
	// adminStep is the distance from a service's port to its metrics.
	adminStep = 1000
)
