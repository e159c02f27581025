// Package cluster has the tests on a Kubernetes cluster: installing by the
// installer, upgrades under load, scaling, jobs, the mesh, and taking all away.
// They run on the cluster of KUBECONFIG and change it, so they are built only with
// the tag `cluster`: make e2e-cluster, make e2e-mesh (docs/cluster.md).
package cluster
