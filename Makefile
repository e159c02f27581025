# Verbs only: what a verb does is in the program it calls. Each check is
# verify-x, each mechanical repair fix-x; `make help` is made from the ## lines.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

export PATH := $(CURDIR)/bin:$(PATH)
export GOFLAGS ?= -buildvcs=false
export BENCH SERVICE TAG OWNER LATEST BASE CHOSEN FROM LOCAL VERSION PUSH_FLAGS

# programs of this repository, built when their source is newer
HOUSE = go build -o bin/house ./tools/cmd/house && bin/house
RELEASE = go build -o bin/release ./tools/cmd/release && bin/release
FLEET = go build -o bin/fleet ./tools/cmd/fleet && exec bin/fleet

HELM ?= helm
SERVICES = activity content image member search timeline

# what the binaries say with --version
STAMP = github.com/dailyfeed/dailyfeed/support/process
COMMIT = $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
DATE = $(shell git log -1 --format=%cI 2>/dev/null || echo unknown)
LDFLAGS = -s -w -X $(STAMP).tag=dev -X $(STAMP).commit=$(COMMIT) -X $(STAMP).date=$(DATE)

# cheapest first
CHECKS = words sizes env telemetry alerts exceptions format arrows licences proto contracts workflows modules lint deploy scripts

##@ Run at home

.PHONY: up
up: ## get what is missing, build, start everything; Ctrl-C stops it
	@$(FLEET) up

.PHONY: down
down: ## stop what `make up` started in another terminal
	@$(FLEET) down

.PHONY: status
status: ## what runs, on which port, and how it is
	@$(FLEET) status

.PHONY: seed
seed: ## write members, follows, posts, comments, likes and pictures
	@$(FLEET) seed

.PHONY: smoke
smoke: ## walk the whole story through the edge, step by step
	@$(FLEET) smoke

##@ Build and test

.PHONY: build
build: ## the services and tools, into bin/
	go build -trimpath -ldflags '$(LDFLAGS)' -o bin/ $(SERVICES:%=./services/%/cmd/...) ./tools/cmd/...

.PHONY: test
test: ## everything that CI runs: unit, integration, contract, end-to-end; one summary
	@$(HOUSE) test

.PHONY: test-unit
test-unit: ## the tests that need no servers, in under a minute
	@$(HOUSE) test -unit -race=false

.PHONY: test-integration
test-integration: ## the tests on real servers, which are started once for all
	@$(HOUSE) test -integration

.PHONY: test-e2e
test-e2e: ## the tests on the whole fleet
	@$(HOUSE) test -e2e

.PHONY: outages
outages: ## take each part away in each way under load; writes the table of docs/outages.md
	nice go test -count=1 -timeout=45m -v -run '^TestAMissingPart' ./test/outages -every -table $(CURDIR)/docs/outages.md

.PHONY: restarts
restarts: ## 50 restarts of every service under load, with a key rotation and a migration: no request fails
	nice go test -count=1 -timeout=90m -v -run '^TestARollingRestart' ./test/outages -restarts 50 -requests 200000 -rate 200 -shutdown-delay 5s

.PHONY: soak
soak: ## half an hour under load: goroutines, connections, file descriptors and memory stay flat
	nice go test -count=1 -timeout=50m -v -run '^TestASoak' ./test/outages -soak 30m

.PHONY: guard-long
guard-long: ## 200 rotations of the signing keys under load: no request is refused; docs/threat-model.md
	nice go test -count=1 -timeout=30m -v -run '^TestKeysThatChangeUnderLoadRefuseNobody$$' ./test/guard -rotations 200

.PHONY: relevance
relevance: ## how good search is: nDCG and recall per kind of query, against the floor
	go test -count=1 -timeout=5m -v -run '^TestSearchIsNoWorseThanItWas$$' ./test/relevance

.PHONY: bench
bench: ## home feed and writes under load, against controls in the repository; build/bench.html
	@mkdir -p build && cd test && go run ./load/cmd/bench -root .. -report ../build/bench.html $(BENCH)

.PHONY: e2e-cluster
e2e-cluster: ## install, upgrade, scale and remove the fleet on the cluster of KUBECONFIG; PART picks some of it (docs/cluster.md)
	cd test/cluster && go test -tags cluster -count=1 -v -timeout 60m -run 'TestCluster$$/$(value PART)' .

.PHONY: e2e-installer
e2e-installer: ## the installer interrupted, killed, without what it needs, on the cluster of KUBECONFIG (docs/cluster.md)
	cd test/cluster && go test -tags cluster -count=1 -v -timeout 60m -run 'TestInstaller$$/$(value PART)' .

.PHONY: e2e-mesh
e2e-mesh: ## each rule of deploy/istio acting, on a cluster with Istio; PART picks some of it (docs/cluster.md)
	cd test/cluster && go test -tags cluster -count=1 -v -timeout 60m -run 'TestMesh$$/$(value PART)' .

.PHONY: bench-search
bench-search: ## search's own part, questions and freshness against POSTS (10000): docs/search.md
	go test -run '^$$' -bench OwnPart -benchtime 200x ./services/search/internal/httpapi
	_JAVA_OPTIONS=-Xmx6g go test -run '^$$' -bench '^BenchmarkSearch$$' -benchtime 1x -timeout 60m ./services/search/internal/app -posts $${POSTS:-10000}

.PHONY: search-rebuild
search-rebuild: ## rebuild POSTS (100000) under load, kill -9 on the way, and compare with a fresh projection
	_JAVA_OPTIONS=-Xmx6g go test -run '^$$' -bench '^BenchmarkRebuild$$' -benchtime 1x -timeout 60m -v ./services/search/internal/app -posts $${POSTS:-100000}

.PHONY: bench-pipeline
bench-pipeline: ## posts with Kafka dead against alive, and a backlog of 100,000 events: docs/guarantee.md
	go test -run '^$$' -bench Drain -benchtime 100000x -count 3 -timeout 20m ./support/deadletter
	go test -run '^$$' -bench Writes -benchtime 1x -timeout 20m ./test/faults

.PHONY: faults
faults: ## take the fleet apart for hours and compare it with a ledger; RUN picks cases by words; build/faults.md
	@mkdir -p build
	FAULTS_LONG=1 FAULTS_TABLE="$${FAULTS_TABLE:-$(CURDIR)/build/faults.md}" go test -count=1 -timeout 12h -v -run 'TestFaults/$(value RUN)' ./test/faults

##@ Release

.PHONY: image
image: ## an OCI archive of a committed service in dist/: make image SERVICE=member TAG=main-20261120-0001
	@$(RELEASE) image --service "$${SERVICE:?which service?}" --tag "$${TAG:?which tag?}"

.PHONY: images
images: ## `make image` for every service
	@for service in $(SERVICES); do $(MAKE) image SERVICE="$$service"; done

.PHONY: scan
scan: ## nothing in the archives of TAG (of SERVICE, or of all) is known to be vulnerable; needs vuln.go.dev or VULNERABILITIES, its copy
	@$(RELEASE) scan --tag "$${TAG:?which tag?}" --service "$${SERVICE:-}" --database "$${VULNERABILITIES:-}"

.PHONY: image-tag
image-tag: ## the tag of this workflow run, as lines of GITHUB_OUTPUT
	@$(RELEASE) tag

.PHONY: image-services
image-services: ## the services that differ since BASE (all without), or the CHOSEN one, as a line of GITHUB_OUTPUT
	@$(RELEASE) changed --base "$${BASE:-}" --only "$${CHOSEN:-}"

.PHONY: push-image
push-image: ## push what `make image` wrote to OWNER; with LATEST=true move that tag as well
	@$(RELEASE) push --service "$${SERVICE:?which service?}" --tag "$${TAG:?which tag?}" --owner "$${OWNER:?which registry and owner?}" --latest="$${LATEST:-false}"

.PHONY: image-table
image-table: ## sizes of dist/ for TAG; beside `make up` also time to ready and idle memory (LOCAL: its folder)
	@$(RELEASE) table --tag "$${TAG:?which tag?}" --local "$${LOCAL:-}"

.PHONY: measure-images
measure-images: ## image-table with a fleet of its own, which is ended: docs/images.md
	@$(RELEASE) table --fleet --tag "$${TAG:?which tag?}"

.PHONY: chart-version
chart-version: ## check the chart's version, as the release of the git tag CHART_TAG if one is given: a line of GITHUB_OUTPUT
	@$(RELEASE) chart --tag "$${CHART_TAG:-}"

.PHONY: chart-package
chart-package: ## the chart in dist/, by Helm 3.8 or later
	SOURCE_DATE_EPOCH=$(shell git log -1 --format=%ct) $(HELM) package deploy/helm/dailyfeed --destination dist

.PHONY: push-chart
push-chart: ## push what `make chart-package` wrote to OWNER/charts
	$(HELM) push "dist/dailyfeed-$${VERSION:?which version?}.tgz" "oci://$${OWNER:?which registry and owner?}/charts" $${PUSH_FLAGS:-}

.PHONY: rehearse-chart
rehearse-chart: ## both of these with a registry that only lives meanwhile, and pull the chart back
	@$(RELEASE) rehearse-chart

.PHONY: changelog
changelog: ## what was done since FROM (a tag or commit), as Markdown
	@$(RELEASE) changelog --from "$${FROM:-}"

.PHONY: image-summary
image-summary: ## what was pushed, as Markdown
	@$(RELEASE) summary

.PHONY: verify-reproducible
verify-reproducible: ## build SERVICE twice, the second time from nothing, and compare the digests
	@$(RELEASE) image --twice --service "$${SERVICE:-search}" --tag "$${TAG:-dev}"

##@ Check

.PHONY: lint
lint: ## every verify-x, all of them, with a summary
	@bad=(); for check in $(CHECKS); do \
		echo "== verify-$$check"; $(MAKE) verify-$$check || bad+=("verify-$$check"); \
	done; \
	if [ $${#bad[@]} -eq 0 ]; then echo "lint: all well"; else echo "lint: found something in: $${bad[*]}"; exit 1; fi

.PHONY: verify-modules
verify-modules: ## go.mod files agree; each module tidies, builds and vets alone
	@$(HOUSE) modules

.PHONY: verify-arrows
verify-arrows: ## arrows.txt draws the imports between modules, no more and no less
	@$(HOUSE) arrows

.PHONY: verify-contracts
verify-contracts: ## the REST documents and their Go are what openapi/ says
	@cd proto-contracts && go run ./cmd/contractgen check && echo "contracts: well" || { echo "next: make fix-contracts"; exit 1; }

.PHONY: verify-proto
verify-proto: ## buf lint, buf breaking, and the events' Go is fresh
	@proto-contracts/buf.sh check && echo "proto: well" || { echo "next: make fix-proto; a breaking change needs a new field or type"; exit 1; }

.PHONY: verify-format
verify-format: ## the Go files are formatted
	@$(HOUSE) format

.PHONY: verify-lint
verify-lint: ## golangci-lint in every module
	@$(HOUSE) lint

.PHONY: verify-sizes
verify-sizes: ## no file is long; prints the comment ratio
	@$(HOUSE) sizes

.PHONY: verify-words
verify-words: ## no word is in the tree that has no business there
	@$(HOUSE) words

.PHONY: verify-exceptions
verify-exceptions: ## what is taken out of the security checks has a reason and a date of the last year
	@$(HOUSE) exceptions

.PHONY: verify-env
verify-env: ## the READMEs' tables of settings are what the config structs say
	@$(HOUSE) env

.PHONY: verify-deploy
verify-deploy: ## charts, autoscalers and mesh rules fit together and are deploy/tables.yaml
	@cd deploy && GOWORK=off go test -parallel 8 ./... && echo "deploy: well"

.PHONY: verify-telemetry
verify-telemetry: ## docs/telemetry.md is what the code says; dashboards and alerts use metrics that exist
	@$(HOUSE) telemetry

.PHONY: verify-alerts
verify-alerts: ## promtool finds the alert rules well, and each fires when it must
	@deploy/observability/promtool.sh
	@cd deploy/observability && promtool check rules alerts.yaml && promtool test rules alerts_test.yaml && echo "alerts: well"

.PHONY: verify-scripts
verify-scripts: ## shellcheck finds nothing in the installer and CI's script
	@shellcheck -x installer/*.sh installer/lib/*.sh deploy/installertest/testdata/tool deploy/observability/promtool.sh .ci/run .ci/kind && echo "scripts: well" || { echo "next: install shellcheck if it is missing"; exit 1; }

.PHONY: verify-workflows
verify-workflows: ## actionlint and zizmor find nothing in .github
	@$(RELEASE) workflows

.PHONY: verify-licences
verify-licences: ## what the services link is under licences that allow it
	@$(RELEASE) licences

.PHONY: verify-vulnerabilities
verify-vulnerabilities: ## govulncheck in every module; needs vuln.go.dev
	@$(RELEASE) vulnerabilities --database "$${VULNERABILITIES:-}"

##@ Repair

.PHONY: fix-modules
fix-modules: ## make go.mod files alike and tidy
	@$(HOUSE) modules -fix

.PHONY: fix-contracts contracts
fix-contracts contracts: ## make the REST documents and their Go from openapi/
	cd proto-contracts && go run ./cmd/contractgen generate

.PHONY: fix-proto proto
fix-proto proto: ## make the events' Go from proto/
	proto-contracts/buf.sh generate

.PHONY: fix-format fmt
fix-format fmt: ## format the Go files
	@$(HOUSE) format -fix

.PHONY: fix-lint
fix-lint: ## what golangci-lint can repair
	@$(HOUSE) lint -fix

.PHONY: fix-telemetry
fix-telemetry: ## write the reference of metrics
	@$(HOUSE) telemetry -fix

.PHONY: fix-env
fix-env: ## write the READMEs' tables of settings
	@$(HOUSE) env -fix

##@ Rest

.PHONY: tools
tools: ## build the pinned tools into bin/
	@$(HOUSE) tools

.PHONY: clean
clean: ## remove what was built; the data of `make up` in .local/ stays
	rm -rf bin dist

.PHONY: help
help: ## this list
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z][a-z0-9 -]*:.*## / { printf "  %-26s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo; echo "next: make up"
