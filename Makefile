# make serve builds what is missing or stale and starts the server; make test runs everything, browsers included.
ADDR ?= localhost:3000
# PACK=-fast leaves brotli out, which takes half a minute after each change of the page.
PACK ?=
# git refuses a clone that belongs to another user, and go build then fails: do without the commit in -version.
export GOFLAGS += $(shell git rev-parse >/dev/null 2>&1 || echo -buildvcs=false)

# What is built is this module as its go.mod says, also where it stands in somebody's go.work.
export GOWORK = off

.PHONY: serve cluster wasm test test-all lint bench size shot compare report release clean

serve: bin/server
	@exec bin/server -addr $(ADDR)

# Three servers and three NATS nodes behind one address, to look at what becomes of a page when some of it is killed.
cluster: bin/server
	@go build -o bin/cluster ./cluster/local/main
	@exec bin/cluster -addr $(ADDR)

wasm: web/dist/index.html

# The server's tests take longest, and so begin.
test: bin/server
	e2e/install.sh
	go run ./e2e/progress $(race) -timeout 20m ./server $(filter-out $(browsers) %/server,$(shell go list ./...))
	$(if $(PAIRWISE),$(call halves,-timeout 20m -parallel 3 $(if $(SKIP),-skip '$(SKIP)')),go run ./e2e/progress -timeout 20m -parallel 6 $(if $(SKIP),-skip '$(SKIP)') ./e2e)
	go run ./e2e/progress -p 2 -timeout 20m -parallel 3 $(filter-out %/e2e,$(browsers))
	$(if $(race),go test ./sse,@echo "not run: the race detector, which needs a C compiler such as gcc")
	@echo "not run: most scenarios, most lessons and the whole browser report, in both browsers, and how long forty readers take to draw: make test-all"
	$(if $(wildcard ../shared/conformance/cases.json),,@echo "not run: the shared conformance cases, which are not beside this folder")

# Every scenario, over HTTP/1.1 and HTTP/2, every lesson and every check of the report, in both browsers. Scenarios mostly wait, in pages that do nothing else.
# Some lessons measure a wait: with more at once a browser on two cores can be late by seconds. And what measures the page's own time runs alone.
test-all: bin/server
	e2e/install.sh
	SLOW=1 go run ./e2e/progress -count=1 -timeout 40m -parallel 8 -run 'TestEveryScenario' ./e2e ./server
	SLOW=1 go run ./e2e/progress -count=1 -timeout 40m -parallel 4 -run 'TestEvery|TestAxe' -skip 'TestEveryScenario' ./e2e
	SLOW=1 go run ./e2e/progress -count=1 -timeout 20m -run 'TestTheBrowserReport|TestNoCheckPasses|TestFortyReaders' ./e2e
	$(if $(PAIRWISE),@echo "not run: servers and nodes that are killed again and again: make test-all without PAIRWISE",SLOW=1 go run ./e2e/progress -count=1 -timeout 20m ./cluster/local)

lint: bin/page.work
	@unformatted=$$(find . -path ./bin -prune -o -name '*.go' -print | xargs gofmt -l); test -z "$$unformatted" || { echo "gofmt -w is needed for:" $$unformatted; exit 1; }
	go vet ./...
	$(wasm) go vet $(page)
	go tool staticcheck ./...
	$(wasm) $(shell go tool -n staticcheck) $(page)

bench: wasm
	go test -run '^$$' -bench . -benchtime 300ms -benchmem ./sse ./trace ./server/...
	go run ./bench -json docs/bench.json

# What fills app.wasm, beside go-app's hello world; of=main lists that package's functions.
size: web/app.wasm bin/hello.wasm
	@go run ./bench/size $^ $(of)

shot: bin/server
	SHOT=1 go test ./e2e -run TestShot -count=1

compare: bin/server
	SLOW=1 COMPARE=1 go test ./e2e -run TestEveryRowOfTheComparison -count=1

report: bin/server
	SLOW=1 REPORT=1 go test ./e2e -run TestTheBrowserReport -count=1

# The server as a single file for each system, with checksums, for a machine without Go.
release: web/dist/index.html
	@rm -rf bin/release && mkdir -p bin/release
	@for target in linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64; do \
		os=$${target%/*}; name=bin/release/eventsource-playground-$$os-$${target#*/}$$(test $$os != windows || echo .exe); \
		echo "Compiling $$name."; \
		CGO_ENABLED=0 GOOS=$$os GOARCH=$${target#*/} go build -trimpath -ldflags="-s -w" -o $$name ./server || exit 1; \
	done
	@cd bin/release && sha256sum * > SHA256SUMS && cat SHA256SUMS

clean:
	rm -rf bin web/app.wasm web/dist/*

# What app.wasm is built from, and the server. Folders count too: their time changes when a file goes. (report/. is not the
# target report.)
page = $(addprefix ./,$(wildcard app code/quote compare eventsource language lesson order protocol report report/engine scenario sse standard trace))
wasm = GOOS=js GOARCH=wasm GOWORK="$(CURDIR)/bin/page.work"
files = go.mod go.sum $(shell find $(addsuffix /.,$(1)) -name dist -prune -o ! -name '*_test.go' \( -name '*.go' -o -name '*.txt' -o -name '*.tmpl' -o -name '*.lesson' -o -type d \) -print)
packed = web/app.wasm web/icon.svg web/index.html web/reconnect.js web/style.css web/worker.js $(wildcard app/*.json compare/*.json trace/words/*.json) $(call files,web/pack web/wasm language)
# The tests that drive browsers or play the report, no other packages beside them: two browsers fill two cores. The race detector
# would find nothing in them but the driver's own, and NATS's in cluster/local, whose nodes and servers are processes.
browsers = $(addprefix eventsource-playground/,e2e cluster/local e2e/browser e2e/playground e2e/wasmtest eventsource report/engine)
# The tests of the page that PAIRWISE has be in Chromium, and those in Firefox, at once.
halves = PAIRWISE=chromium go run ./e2e/progress $(1) ./e2e & other=$$!; PAIRWISE=firefox go run ./e2e/progress $(1) ./e2e; one=$$?; wait $$other && exit $$one
race = $(if $(shell command -v $$(go env CC)),-race)

web/app.wasm: $(call files,$(page)) bin/page.work
	@echo "Compiling the page."
	@$(wasm) go build -trimpath -ldflags="-s -w" -o $@ ./app

# The first to be built.
bin/page.work: go.mod go.sum $(call files,web/slim)
	@$(if $(wildcard bin/server),,echo "Building what is served: two minutes on two cores the first time, later seconds. First, the modules.")
	@go run ./web/slim

bin/hello.wasm: $(call files,bench/hello)
	GOOS=js GOARCH=wasm go build -trimpath -ldflags="-s -w" -o $@ ./bench/hello

web/dist/index.html: $(packed)
	@echo "Compressing the page$(if $(PACK),, as far as it goes: up to a minute)."
	@go run ./web/pack $(PACK)

bin/server: web/dist/index.html $(packed) web/web.go $(call files,server $(wildcard cluster code language lesson order protocol report room scenario sse standard trace)) $(wildcard code/*.json report/results/*.json)
	@echo "Compiling the server."
	@CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o $@ ./server
