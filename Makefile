# make help lists the words. Each may be run again at any time.

SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The longest that the tests of one package may take.
TEST_TIMEOUT ?= 20m
# How long each fuzz target runs.
FUZZ_TIME ?= 10s

# Packages that start servers. Their timing means nothing when others use the
# machine at the same time, and the race detector slows them without seeing the
# servers.
PROCESS_PACKAGES = ./integration/... ./examples/... ./client/...

# Modules of their own, so that what they need never enters the server's.
OTHER_MODULES = bench/etcd integration/clients/go

.PHONY: help build check docs test race fuzz soak bench bench-quick run cluster redis etcd

### help        these lines
help:
	@sed -n 's/^### /make /p' $(firstword $(MAKEFILE_LIST))

### build       the server, as ./coordd
build:
	@go build -trimpath -o coordd ./cmd/coordd

### run         one node on 127.0.0.1:6379, data in ./coordd-data
run:
	@go run ./cmd/coordd

### cluster     three nodes on 127.0.0.1:7001 to 7003, until Ctrl-C
cluster:
	@go run ./cmd/coordd local

### check       what must hold before a commit: form, vet, staticcheck, go.mod, the house's laws
check:
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "gofmt would change:"; echo "$$unformatted"; exit 1; fi
	@go vet ./...
	@go tool staticcheck ./...
	@go mod tidy -diff
	@for module in $(OTHER_MODULES); do (cd $$module && go vet ./...) || exit 1; done
	@go test -run '^Test(Imports|Tidy|Forbidden)' ./integration

### docs        writes docs/COMPATIBILITY.md from the table of commands
docs:
	@go test -count=1 -run '^Test(CompatibilityPage|NoCommandIsForgotten)$$' ./cmd/coordd -update

### test        every test; installs redis-server and redis-tools where they are missing
test: redis
	@go vet ./...
	@go test -p 1 -timeout $(TEST_TIMEOUT) ./...

### race        the tests under the race detector, but for those that start servers
race: redis
	@packages=$$(comm -23 <(go list ./... | sort) <(go list $(PROCESS_PACKAGES) | sort)) && \
	go test -race -timeout $(TEST_TIMEOUT) $$packages

### fuzz        every fuzz target for a while (FUZZ_TIME=10s)
fuzz:
	@set -e; for package in $$(go list ./...); do \
	  targets=$$(go test -list '^Fuzz' $$package); \
	  for target in $$(grep '^Fuzz' <<<"$$targets"); do \
	    echo "$$package $$target"; \
	    go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZ_TIME) $$package; \
	  done; \
	done

### soak        the linearizability test for long, with faults (COORDD_SOAK_MINUTES=30)
soak: export COORDD_SOAK_MINUTES ?= 30
soak:
	@go test -count=1 -v -timeout $$((COORDD_SOAK_MINUTES + 20))m -run '^TestLinearizable' ./integration

### bench       coordd beside real Redis and etcd; writes bench/RESULTS.md
bench: redis etcd
	@go run ./bench

### bench-quick the same, one short round, to standard output
bench-quick: redis etcd
	@go run ./bench -quick

# Real Redis, for the tests that compare with it and for the figures; etcd, for the
# figures only. What cannot be installed is only told here: what needs it says so
# itself. The packages start a server of their own on the usual port, which would be
# in the way.
redis: PROGRAMS = redis-server redis-cli redis-benchmark
redis: PACKAGES = redis-server redis-tools
redis: SERVICE = redis-server
etcd: PROGRAMS = etcd
etcd: PACKAGES = etcd-server
etcd: SERVICE = etcd
redis etcd:
	@missing=; for program in $(PROGRAMS); do \
	  command -v $$program >/dev/null || missing="$$missing $$program"; \
	done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	sudo=; if [ "$$(id -u)" != 0 ]; then sudo="sudo -n"; fi; \
	echo "installing $(PACKAGES)"; \
	if command -v apt-get >/dev/null && $$sudo apt-get update -qq >/dev/null && \
	  $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $(PACKAGES) >/dev/null; then \
	  if [ -d /run/systemd/system ]; then $$sudo systemctl disable --now $(SERVICE) >/dev/null 2>&1 || true; fi; \
	else \
	  echo "could not be installed:$$missing (packages $(PACKAGES)); what needs it will fail" >&2; \
	fi
