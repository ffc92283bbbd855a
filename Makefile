# make serve builds what is missing or stale and starts the server; make test runs everything, browsers included.
ADDR ?= localhost:3000
# PACK=-fast leaves brotli out, which takes half a minute after each change of the page.
PACK ?=
# git refuses a clone that belongs to another user, and go build then fails: do without the commit in -version.
export GOFLAGS += $(shell git rev-parse >/dev/null 2>&1 || echo -buildvcs=false)

.PHONY: serve wasm test lint bench shot report clean

serve: bin/server
	@exec bin/server -addr $(ADDR)

wasm: web/dist/index.html

test: bin/server
	e2e/install.sh
	go test $(race) -parallel 8 ./...
	$(if $(race),go test ./sse,@echo "not run: the race detector, which needs a C compiler such as gcc")
	$(if $(wildcard ../shared/conformance/cases.json),,@echo "not run: the shared conformance cases, which are not beside this folder")

lint:
	@test -z "$$(gofmt -l .)" || { echo "gofmt -w is needed for:"; gofmt -l .; exit 1; }
	go vet ./...
	GOOS=js GOARCH=wasm go vet $(page)
	go tool staticcheck ./...
	GOOS=js GOARCH=wasm $(shell go tool -n staticcheck) $(page)

bench: wasm
	go test -run '^$$' -bench . -benchmem ./sse ./trace ./server
	$(if $(wildcard bench/*.go),go run ./bench)

shot: bin/server
	SHOT=1 go test ./e2e -run TestShot -count=1

report: bin/server
	REPORT=1 go test ./e2e -run TestTheBrowserReport -count=1

clean:
	rm -rf bin web/app.wasm web/dist/*

# What app.wasm is built from, and the server. Folders count too: their time changes when a file goes.
# report/ with its slash is the folder, and no target.
page = $(addprefix ./,$(wildcard app eventsource report/ scenario sse trace))
files = go.mod go.sum $(shell find $(1) -name dist -prune -o ! -name '*_test.go' \( -name '*.go' -o -name '*.txt' -o -type d \) -print)
packed = web/app.wasm web/icon.svg web/index.html web/style.css web/worker.js $(call files,web/pack)
race = $(if $(shell command -v $$(go env CC)),-race)

web/app.wasm: $(call files,$(page))
	GOOS=js GOARCH=wasm go build -trimpath -ldflags="-s -w" -o $@ ./app

web/dist/index.html: $(packed)
	go run ./web/pack $(PACK)

bin/server: web/dist/index.html $(packed) web/web.go $(call files,server $(wildcard report/ scenario sse trace)) $(wildcard report/results/*.json)
	CGO_ENABLED=0 go build -trimpath -o $@ ./server
