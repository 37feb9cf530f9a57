# make install    build the package, install it here, show the status (root; Debian 12, Ubuntu 24.04)
# make test       the parts in the next line, with what it needs (root; up to an hour the first time)
# make test-unit, test-sanitized, test-lint, test-package, test-vm    one part alone, its tools being there
# make coverage   how many lines of the pure rooms the unit tests reach, and which they do not
# make fuzz       an hour for each parser of foreign bytes (FUZZ_SECONDS=3600); keeps what it learned
# make repo KEY=... URL=...    a signed apt repository for that address, in build/repo (docs/provisioning-repository.md)
# make deb-arm64  the package for arm64 as well, cross-built (root)
# make release    everything twice, byte for byte equal, with checksums, in build/release (root)
# make manual     write the tables of checks and causes into the manual
# make test-release    the packages for arm64, and that two builds are the same (half an hour)
# make bench      what the program costs, measured in a guest beside what else a host would run (half an hour)
# make test-matrix    every guest test on every suite it is for, into docs/matrix.md (two hours)
# make test-faults    faults and kills at system calls, losses of power, full disks (two hours; tests/faults/run)
version := $(shell sed -n '1s/.*(\(.*\)).*/\1/p' debian/changelog)
deb = build/deb/boxlite-bwrap-apparmor_$(version)_$(shell dpkg --print-architecture).deb
deb_arm64 = build/deb-arm64/boxlite-bwrap-apparmor_$(version)_arm64.deb
sources := CMakeLists.txt $(shell find apparmor.d completions debian man src tests/unit -type f)

.PHONY: install deb deb-arm64 repo release build test test-unit test-sanitized coverage fuzz instrumented test-lint test-package test-release test-vm test-matrix test-faults bench build-dependencies test-dependencies manual

install: build-dependencies
	$(MAKE) deb
	apt-get install --yes --reinstall -o APT::Sandbox::User=root ./$(deb)

deb: $(deb)
$(deb): $(sources)
	tools/build-deb $(CURDIR)/build/deb
deb-arm64: $(deb_arm64)
$(deb_arm64): $(sources)
	tools/build-deb-arm64 $(CURDIR)/build/deb-arm64

# With arm64 when it was built.
REPO = build/repo
repo: packages = $(deb) $(if $(wildcard build/deb-arm64),$(deb_arm64))
repo: deb $(if $(wildcard build/deb-arm64),deb-arm64)
	tools/repository '$(KEY)' '$(URL)' $(REPO) $(packages)

release:
	tools/release $(CURDIR)/build/release tools/build-deb tools/build-deb-arm64

build: build/build.ninja
	cmake --build build
build/build.ninja: CMakeLists.txt tests/unit/CMakeLists.txt
	cmake -S . -B build -G Ninja -DCMAKE_COMPILE_WARNING_AS_ERROR=ON -DBOXLITE_FMT=fmt::fmt

# What tests take along into guests.
build/faults/inject: tests/faults/inject.cpp
	mkdir -p $(@D)
	$(CXX) -std=c++23 -O1 -Wall -Wextra -Wshadow -Wconversion -static -o $@.$$$$ $< && mv $@.$$$$ $@
build/attacks/attack: tests/vm/attacks/attack.c
	mkdir -p $(@D)
	$(CC) -O1 -Wall -Wextra -static -o $@.$$$$ $< && mv $@.$$$$ $@
build/attacks/attack.so: tests/vm/attacks/attack.c
	mkdir -p $(@D)
	$(CC) -O1 -Wall -Wextra -shared -fPIC -DPRELOADED -o $@.$$$$ $< && mv $@.$$$$ $@

# One build of clang's for the sanitizers, short fuzzing and the coverage, and one for long fuzzing.
instrumented: build/instrumented/build.ninja
	cmake --build build/instrumented
build/fuzz/build.ninja: optimized = -D CMAKE_CXX_FLAGS_INSTRUMENTED=-O1
build/instrumented/build.ninja build/fuzz/build.ninja: CMakeLists.txt tests/instrumented.cmake tests/unit/CMakeLists.txt tests/fuzz/CMakeLists.txt
	cmake -C tests/instrumented.cmake $(optimized) -S . -B $(@D) -G Ninja

FUZZ_SECONDS = 3600
coverage: instrumented
	tests/coverage
fuzz: build/fuzz/build.ninja
	cmake --build build/fuzz --target fuzz_programs
	tests/fuzz/run build/fuzz $(FUZZ_SECONDS)
	tests/fuzz/minimise build/fuzz

test: build-dependencies test-dependencies
	tests/run unit sanitized lint package vm

test-unit: build
	tests/run unit
test-sanitized: instrumented
	tests/run sanitized
test-lint: build deb
	tests/run lint
test-package: deb
	tests/run package
test-release: deb
	tests/run release
test-vm: deb
	tests/run vm
test-matrix: deb
	tests/run matrix
bench: deb
	tests/bench/run

test-faults: deb
	tests/faults/run

manual: build/build.ninja
	cmake --build build --target manual
	build/manual >build/checks.8
	sed -i -e '/begin of what make manual writes/,/end of what make manual writes/{/make manual/!d}' \
	    -e '/begin of what make manual writes/r build/checks.8' man/boxlite-bwrap-apparmor.8

build-dependencies:
	tests/install-dependencies build
test-dependencies:
	tests/install-dependencies test
