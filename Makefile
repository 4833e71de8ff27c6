# Everything runs from here: `make help`. Needs Python 3.13 with pip, and make; no root, no Docker.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

export UV_PYTHON_DOWNLOADS := never
export SAM_CLI_TELEMETRY := 0
export DENO_NO_UPDATE_CHECK := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

PYTHON_VERSION := $(shell cat .python-version)
UV := .local/env/uv/bin/uv
DENO_VERSION := $(shell sed -n 's/^deno==\([^ ]*\).*/\1/p' local/requirements-deno.txt)
DENO := .local/env/deno/$(DENO_VERSION)/bin/deno
PYTHON := .venv/bin/python
SAM := .local/env/sam/bin/sam
SHARED := PYTHONPATH=layers/shared/python
# The browser that local/chromium.py uses if none of these is installed; npm has it for one processor.
BROWSER := $(if $(shell command -v chromium-headless-shell chromium chromium-browser),,$(if \
  $(filter Linux-x86_64,$(shell uname -s)-$(shell uname -m)),.local/env/chromium/.made))
# One shared bytecode cache for all test processes, outside the layer under test.
LINTED_REGIONS := us-east-1 us-west-2 ca-central-1 us-gov-west-1
COMPILED_ONCE := env -u PYTHONDONTWRITEBYTECODE PYTHONPYCACHEPREFIX='$(CURDIR)/.local/pycache'
INSTALL := $(UV) pip install --quiet --require-hashes
COMPILE = $(UV) pip compile --quiet --generate-hashes --no-header --universal --python-version $(PYTHON_VERSION)

WITH_LINT_TESTS := tests/unit tests/functional/test_audit.py tests/functional/test_roles.py \
  tests/console/test_mapping_parts.py

SEARCHES := tests/functional/test_random_day.py tests/exploration/test_promises.py \
  tests/exploration/test_not_at_once.py -k 'random or small'

# The real path of Python 3.13: a shim works in some folders only. Evaluated when needed.
FIND_PYTHON = for name in python3 python$(PYTHON_VERSION) python; do \
	  path=$$($$name -c 'import sys; "%d.%d" % sys.version_info[:2] == "$(PYTHON_VERSION)" and print(sys.executable)' 2>/dev/null || true); \
	  if [ -n "$$path" ]; then echo "$$path"; exit 0; fi; \
	done; \
	echo 'Python $(PYTHON_VERSION) was not found: install it, so that python$(PYTHON_VERSION) starts it, and try again.' >&2; exit 1

.PHONY: help demo local console screenshots check-mapping build remove delete-district apply invoke copy-restored smoke test explore torture format lint types docs clients bench sbom requirements environments

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r name text; do printf '  make %-13s %s\n' "$$name" "$$text"; done

demo: environments ## Sync, export and show the files: make demo [REGISTRATIONS=file.csv] [SCHOOL_YEAR=2025] [MAPPING=powerschool or file.yaml]
	@$(PYTHON) -m local.demo \
	  $(if $(REGISTRATIONS),--registrations '$(REGISTRATIONS)') \
	  $(if $(SCHOOL_YEAR),--school-year '$(SCHOOL_YEAR)') \
	  $(if $(MAPPING),--mapping '$(MAPPING)')

local: environments ## Run the same stack until Ctrl-C; tools read .local/stack.json
	@$(PYTHON) -m local.stack

console: ## Put the console's files into the running local stack, then reload the page
	@$(PYTHON) -m local.update_console

screenshots: environments $(BROWSER) ## Take pictures of the console with a made-up district, for the docs
	@$(PYTHON) -m local.screenshots

check-mapping: environments ## Check a mapping file, without a stack: make check-mapping FILE=file.yaml [REGISTRATIONS=file.csv]
	@$(SHARED) $(PYTHON) -m local.check_mapping '$(FILE)' \
	  $(if $(REGISTRATIONS),--registrations '$(REGISTRATIONS)') \
	  $(if $(SCHOOL_YEAR),--school-year '$(SCHOOL_YEAR)')

build: environments ## Build the template for `sam deploy`: make build [ARCHITECTURE=x86_64]
	@$(PYTHON) -m local.build $(or $(ARCHITECTURE),arm64)

remove: environments ## Delete a stack, and show what it leaves: make remove STACK=name [DATA=delete]
	@$(PYTHON) -m local.remove '$(STACK)' $(if $(DATA),--data '$(DATA)')

# An empty STACK= is refused.
apply invoke copy-restored smoke delete-district: STACK ?= registration-sync

delete-district: environments ## Delete all of a district, with a record: make delete-district DISTRICT=anytown [STACK=registration-sync]
	@$(SHARED) $(PYTHON) -m local.operators.delete_district '$(DISTRICT)' --stack '$(STACK)'

apply: environments ## Create or update a district from a file: make apply FILE=district.yaml [DRY_RUN=1] [SECRETS=1] [STACK=registration-sync]
	@$(SHARED) $(PYTHON) -m local.operators.apply '$(FILE)' --stack '$(STACK)' \
	  $(if $(DRY_RUN),--dry-run) $(if $(SECRETS),--secrets)

invoke: environments ## Invoke a function by hand: make invoke EVENT=events/export_now.json [CONNECTION=anytown] [STACK=registration-sync]
	@$(SHARED) $(PYTHON) -m local.operators.invoke '$(EVENT)' --stack '$(STACK)' \
	  $(if $(CONNECTION),--connection '$(CONNECTION)')

copy-restored: environments ## Copy a restored table into the stack's: make copy-restored RESTORED=name TABLE=registrations or connections [CONNECTION=anytown] [WRITE=1] [STACK=registration-sync]
	@$(SHARED) $(PYTHON) -m local.operators.copy_restored '$(RESTORED)' '$(TABLE)' --stack '$(STACK)' \
	  $(if $(CONNECTION),--connection '$(CONNECTION)') $(if $(WRITE),--write)

smoke: environments ## Try a deployed stack from outside: make smoke STACK=local or a name [EMAIL=you@example.org] [UPDATE=0] [DELETE=1]
	@$(SHARED) $(PYTHON) -m local.operators.smoke --stack '$(STACK)' \
	  $(if $(EMAIL),--email '$(EMAIL)') $(if $(filter 0,$(UPDATE)),--no-update) $(if $(DELETE),--delete)

test: environments $(BROWSER) ## Run all tests in four processes; some in one: make test ARGUMENTS='tests/unit -k words'
	@$(COMPILED_ONCE) $(PYTHON) -m pytest $(or $(ARGUMENTS),-n 4)

explore: environments ## Search long for faults, at random: make explore [SEED=1]
	@seed='$(or $(SEED),$(shell shuf -i 1-999999 -n 1))'; \
	echo "Seed: $$seed; repeat this search with make explore SEED=$$seed"; \
	$(COMPILED_ONCE) EXPLORE_SEED=$$seed $(PYTHON) -m pytest -n 3 $(SEARCHES)

torture: environments ## Try faults, kills and load for long, and write docs/reliability.md: make torture [SEED=1]
	@seed='$(or $(SEED),$(shell shuf -i 1-999999 -n 1))'; \
	echo "Seed: $$seed; repeat these trials with make torture SEED=$$seed"; \
	rm -rf .local/torture; \
	$(COMPILED_ONCE) TORTURE_SEED=$$seed $(PYTHON) -m pytest -n 2 --dist worksteal tests/torture; \
	TORTURE_SEED=$$seed $(SHARED):. $(PYTHON) -m tests.torture.page

format: environments ## Fix what ruff can fix, and format
	@.venv/bin/ruff check --fix-only .
	@.venv/bin/ruff format .

lint: environments $(DENO) ## Check style, imports, the console's modules, the template, and generated and listed names
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@$(SHARED) .venv/bin/lint-imports
	@$(DENO) lint --quiet
	@$(DENO) check --quiet --no-remote functions/console/static/app.js
	@$(COMPILED_ONCE) $(PYTHON) -m pytest -q --tb=short -m lint $(WITH_LINT_TESTS)
	@$(dir $(SAM))python local/transform.py < template.yaml > .local/transformed.json
	@$(dir $(SAM))cfn-lint --include-checks I --regions $(LINTED_REGIONS) -- template.yaml .local/transformed.json

types: environments ## Check types, strictly
	@.venv/bin/mypy

docs: environments ## Write the generated parts of docs, mappings and the console
	@$(SHARED) $(PYTHON) -m local.docs.generate

clients: environments $(DENO) .local/env/clients/.made ## Generate API clients in three ways, compile them, and call the local stack
	@$(COMPILED_ONCE) $(PYTHON) -m pytest tests/stack/generated_clients.py

bench: environments .local/env/bench/.made $(BROWSER) ## Measure costs against peers, and write docs/performance.md: make bench [ARGUMENTS=delivery]
	@$(SHARED) $(PYTHON) -m benchmarks $(ARGUMENTS)

sbom: .venv/.made .local/env/sbom/.made ## List what is shipped, with licenses: .local/sbom.json (CycloneDX) and docs/licenses.md
	@$(PYTHON) -m local.sbom

requirements: $(UV) $(DENO) ## Pin every requirement file with hashes, from its .in; then `make sbom`
	@$(COMPILE) layers/dependencies/requirements.in -o layers/dependencies/requirements.txt
	@$(COMPILE) requirements-dev.in -c layers/dependencies/requirements.txt -o requirements-dev.txt
	@for name in uv deno sam ministack clients sbom bench; do \
	  $(COMPILE) local/requirements-$$name.in -o local/requirements-$$name.txt; \
	done
	@DENO_DIR=.local/deno $(DENO) cache --quiet --no-config --lock=local/unpack_chromium.lock local/unpack_chromium.js

# Environments: each is created once, and again when its requirements change.

environments: .venv/.made .local/env/sam/.made .local/env/ministack/.made .local/env/function/.made

$(UV): local/requirements-uv.txt
	@echo 'Installing uv, which installs the rest faster than pip …'
	@python=$$($(FIND_PYTHON)); \
	rm -rf .local/env/uv; \
	"$$python" -m pip install -qq --require-hashes --target .local/env/uv -r local/requirements-uv.txt
	@touch $@

$(DENO): | $(UV)
	@echo 'Installing Deno, which checks the modules of the console …'
	@python=$$($(FIND_PYTHON)); \
	rm -rf .local/env/deno; \
	$(INSTALL) --python "$$python" --target .local/env/deno/$(DENO_VERSION) -r local/requirements-deno.txt

.venv/.made: requirements-dev.txt | $(UV)
	@echo 'Installing what development needs (.venv) …'
	@python=$$($(FIND_PYTHON)); \
	[ -x $(PYTHON) ] || $(UV) venv --quiet --python "$$python" .venv; \
	$(INSTALL) --python $(PYTHON) -r requirements-dev.txt
	@touch $@

.local/env/sam/.made: local/requirements-sam.txt | $(UV)
	@echo 'Installing the AWS SAM command line (.local/env/sam) …'
	@python=$$($(FIND_PYTHON)); \
	$(UV) venv --quiet --clear --python "$$python" .local/env/sam; \
	$(INSTALL) --python .local/env/sam/bin/python -r local/requirements-sam.txt
	@touch $@

.local/env/ministack/.made: local/requirements-ministack.txt | $(UV)
	@echo 'Installing the AWS emulator (.local/env/ministack) …'
	@python=$$($(FIND_PYTHON)); \
	$(UV) venv --quiet --clear --python "$$python" .local/env/ministack; \
	$(INSTALL) --compile-bytecode --python .local/env/ministack/bin/python -r local/requirements-ministack.txt
	@touch $@

.local/env/bench/.made: local/requirements-bench.txt | $(UV)
	@echo 'Installing the peers of the benchmarks (.local/env/bench) …'
	@python=$$($(FIND_PYTHON)); \
	$(UV) venv --quiet --clear --python "$$python" .local/env/bench; \
	$(INSTALL) --python .local/env/bench/bin/python -r local/requirements-bench.txt
	@touch $@

.local/env/clients/.made: local/requirements-clients.txt | $(UV)
	@echo 'Installing a generator of API clients, with its Java (.local/env/clients) …'
	@python=$$($(FIND_PYTHON)); \
	$(UV) venv --quiet --clear --python "$$python" .local/env/clients; \
	$(INSTALL) --python .local/env/clients/bin/python -r local/requirements-clients.txt
	@touch $@

# Without it, tests of the console are skipped: a computer that cannot have it runs all others.
.local/env/chromium/.made: local/unpack_chromium.js local/unpack_chromium.lock | $(DENO)
	@echo 'Installing Chromium, which runs the tests of the console (.local/env/chromium) …'
	@rm -rf $(@D); mkdir -p $(@D); \
	if DENO_DIR=$(@D)/cache $(DENO) run --quiet --no-prompt --no-config --frozen --lock=local/unpack_chromium.lock \
	    --allow-env --allow-sys --allow-read --allow-write=$(@D) local/unpack_chromium.js $(@D) && \
	  LD_LIBRARY_PATH=$(@D)/al2023/lib $(@D)/chromium --version >/dev/null; then \
	  rm -rf $(@D)/cache; touch $@; \
	else \
	  echo 'Chromium was not unpacked, or does not start: install it, or tests of the console are skipped.' >&2; \
	fi

# What the functions import, without SAM, and the program that lists it.
.local/env/sbom/.made: local/requirements-sbom.txt layers/dependencies/requirements.txt | $(UV)
	@echo 'Installing what lists the dependencies (.local/env/sbom) …'
	@python=$$($(FIND_PYTHON)); \
	$(UV) venv --quiet --clear --python "$$python" .local/env/sbom; \
	$(UV) venv --quiet --clear --python "$$python" .local/env/sbom/shipped; \
	$(INSTALL) --python .local/env/sbom/bin/python -r local/requirements-sbom.txt; \
	$(INSTALL) --python .local/env/sbom/shipped/bin/python -r layers/dependencies/requirements.txt
	@touch $@

# Always empty: functions run in it and see only their layers.
.local/env/function/.made: | $(UV)
	@python=$$($(FIND_PYTHON)); \
	$(UV) venv --quiet --clear --python "$$python" .local/env/function
	@touch $@
