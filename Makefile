# Two commands do everything on a fresh machine: make demo, make check.
BUILD ?= build
CC ?= gcc
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
PREFIX ?= /usr/local

.PHONY: all demo check soak bench install uninstall wheel clean configure needs-build needs-check needs-wheel

all: configure
	@MAKEFLAGS= cmake --build $(BUILD) --parallel $(JOBS) -- --no-print-directory

needs-build:
	@tools/install-needs build

needs-check:
	@tools/install-needs build check

needs-wheel:
	@tools/install-needs build wheel

configure: needs-build
	@cmake -S . -B $(BUILD) -DCMAKE_C_COMPILER=$(CC) -DAMINE_TESTS=OFF >$(BUILD).log 2>&1 || \
	  { cat $(BUILD).log; exit 1; }
	@rm -f $(BUILD).log

# Trains the maze for about a minute and leaves a report.
demo: all
	@tools/demo $(BUILD)

check: needs-check
	@cmake -S . -B $(BUILD) -DCMAKE_C_COMPILER=$(CC) -DAMINE_TESTS=ON >/dev/null
	@MAKEFLAGS= cmake --build $(BUILD) --parallel $(JOBS) -- --no-print-directory
	@ctest --test-dir $(BUILD) --output-on-failure --parallel $(JOBS)

# What is tried only before a release; SOAK_MINUTES bounds it.
soak: needs-check
	@tools/soak $(BUILD)

bench: all
	@$(BUILD)/amine bench maze

install: all
	@cmake --install $(BUILD) --prefix $(PREFIX)

# One wheel of the Python package with the library inside, in $(BUILD)/dist.
wheel: needs-wheel all
	@tools/make-wheel $(BUILD) $(BUILD)/dist

# Removes what the last make install put there.
uninstall:
	@tools/uninstall $(BUILD)

clean:
	rm -rf $(BUILD)
